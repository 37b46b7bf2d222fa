#include "tests/support/mesh_proof.h"

#include <csignal>

#include <openssl/evp.h>
#include <openssl/x509.h>

namespace freshet::testing {
namespace {

NodeKey key_of(const X509* certificate) {
  NodeKey key;
  std::size_t size = NodeKey::kSize;
  EVP_PKEY* found = certificate == nullptr ? nullptr : X509_get0_pubkey(certificate);
  if (found != nullptr) EVP_PKEY_get_raw_public_key(found, key.bytes.data(), &size);
  return key;
}

}  // namespace

std::optional<io::ProofBinding> binding_of(SSL* ssl, bool ours) {
  const NodeKey self = key_of(SSL_get_certificate(ssl));
  const NodeKey peer = key_of(SSL_get0_peer_certificate(ssl));
  const bool server = (SSL_is_server(ssl) == 1) == ours;
  io::ProofBinding binding{.role = server ? io::TlsRole::server : io::TlsRole::client,
                           .prover = ours ? self : peer,
                           .verifier = ours ? peer : self,
                           .exporter = {}};
  const bool exported = SSL_export_keying_material(ssl,
                                                   binding.exporter.bytes.data(),
                                                   binding.exporter.bytes.size(),
                                                   io::kMeshExporterLabel.data(),
                                                   io::kMeshExporterLabel.size(),
                                                   nullptr,
                                                   0,
                                                   0)
                        == 1;
  if (!exported) return std::nullopt;
  return binding;
}

bool send_proof(SSL* ssl, ByteView mesh_key) {
  const auto binding = binding_of(ssl, true);
  if (!binding) return false;
  std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
  const Sha256 proof = io::mesh_proof(mesh_key, *binding);
  return SSL_write(ssl, proof.bytes.data(), static_cast<int>(proof.bytes.size())) > 0;
}

std::optional<Sha256> exchange_proofs(SSL* ssl, ByteView mesh_key) {
  Sha256 theirs;
  const bool done = send_proof(ssl, mesh_key)
                    && SSL_read(ssl, theirs.bytes.data(), static_cast<int>(theirs.bytes.size()))
                           == static_cast<int>(theirs.bytes.size());
  if (!done) return std::nullopt;
  return theirs;
}

}  // namespace freshet::testing
