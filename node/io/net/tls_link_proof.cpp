// The step of TlsLink between the handshake and being up: each side sends its proof of membership
// (mesh_proof.h) as the first 32 bytes of data, and reads the other's before anything else. The
// client's goes with the end of its handshake and the server's comes back with its first flight, so
// a link costs no round trip more; but a client says nothing of its own until the server has proved
// itself. Both send theirs whatever the other's is worth, so both see why they part.
#include <openssl/err.h>
#include <openssl/ssl.h>

#include "node/io/net/membership.h"
#include "node/io/net/tls_link.h"
#include "node/io/net/tls_link_state.h"

namespace freshet::io {
namespace {

std::optional<ProofBinding> binding_of(SSL* ssl,
                                       bool server,
                                       const NodeKey& from,
                                       const NodeKey& to) {
  ProofBinding binding{.role = server ? TlsRole::server : TlsRole::client,
                       .prover = from,
                       .verifier = to,
                       .exporter = {}};
  const bool exported = SSL_export_keying_material(ssl,
                                                   binding.exporter.bytes.data(),
                                                   binding.exporter.bytes.size(),
                                                   kMeshExporterLabel.data(),
                                                   kMeshExporterLabel.size(),
                                                   nullptr,
                                                   0,
                                                   0)
                        == 1;
  if (!exported) return std::nullopt;
  return binding;
}

LinkEnd end_of(Membership::Verdict verdict) {
  switch (verdict) {
    case Membership::Verdict::open_peer:
      return LinkEnd::open_peer;
    case Membership::Verdict::private_peer:
      return LinkEnd::private_peer;
    case Membership::Verdict::replayed:
      return LinkEnd::replayed;
    case Membership::Verdict::member:
    case Membership::Verdict::other_mesh:
      break;
  }
  return LinkEnd::other_mesh;
}

}  // namespace

// Into what ship() sends next.
bool TlsLink::write_proof() {
  State& state = *state_;
  SSL* ssl = state.ssl.get();
  const auto binding =
      binding_of(ssl, SSL_is_server(ssl) == 1, state.proof->self, *state.check.key);
  if (!binding) return false;
  const Sha256 proof = state.proof->membership->prove(*binding);
  ERR_clear_error();
  const int wrote = SSL_write(ssl, proof.bytes.data(), static_cast<int>(proof.bytes.size()));
  return wrote == static_cast<int>(proof.bytes.size());
}

// True when the peer is a member and the link up. Reads not a byte beyond the proof.
bool TlsLink::check_proof() {
  State& state = *state_;
  State::Proof& proof = *state.proof;
  SSL* ssl = state.ssl.get();
  state.flat.out = &state.shared->cipher_out;
  while (proof.received_bytes < kMeshProofBytes) {
    ERR_clear_error();
    const int got = SSL_read(ssl,
                             proof.received.bytes.data() + proof.received_bytes,
                             static_cast<int>(kMeshProofBytes - proof.received_bytes));
    if (got > 0) {
      proof.received_bytes += static_cast<std::size_t>(got);
      continue;
    }
    const int error = SSL_get_error(ssl, got);
    ship();  // an alert
    if (error == SSL_ERROR_WANT_READ && state.bytes_in <= kMaxHandshakeBytes) return false;
    end(error == SSL_ERROR_ZERO_RETURN ? LinkEnd::eof : LinkEnd::protocol);
    return false;
  }
  const auto binding = binding_of(ssl, SSL_is_server(ssl) != 1, *state.check.key, proof.self);
  const auto verdict =
      binding ? proof.membership->judge(*binding, proof.received) : Membership::Verdict::other_mesh;
  if (verdict != Membership::Verdict::member) {
    end(end_of(verdict));
    return false;
  }
  up();
  return state.phase == State::Phase::up;
}

}  // namespace freshet::io
