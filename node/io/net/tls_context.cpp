#include "node/io/net/tls_context.h"

#include <array>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "node/io/net/membership.h"

namespace freshet::io {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using PkeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Freer<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;

constexpr std::string_view kOverlayAlpn = "freshet/1";
constexpr std::string_view kTransferAlpn = "freshet-bt/1";
constexpr std::string_view kRelayAlpn = "freshet-relay/1";
constexpr std::string_view kTorrentAlpn = "freshet-torrent/1";
// ALPN's own coding: a length byte before each name.
constexpr std::array<unsigned char, 10> kOverlayWire = {
    9, 'f', 'r', 'e', 's', 'h', 'e', 't', '/', '1'};
constexpr std::array<unsigned char, 13> kTransferWire = {
    12, 'f', 'r', 'e', 's', 'h', 'e', 't', '-', 'b', 't', '/', '1'};
constexpr std::array<unsigned char, 16> kRelayWire = {
    15, 'f', 'r', 'e', 's', 'h', 'e', 't', '-', 'r', 'e', 'l', 'a', 'y', '/', '1'};
constexpr std::array<unsigned char, 18> kTorrentWire = {
    17, 'f', 'r', 'e', 's', 'h', 'e', 't', '-', 't', 'o', 'r', 'r', 'e', 'n', 't', '/', '1'};

std::span<const unsigned char> alpn_of(Protocol protocol) {
  if (protocol == Protocol::overlay) return kOverlayWire;
  if (protocol == Protocol::transfer) return kTransferWire;
  if (protocol == Protocol::torrent) return kTorrentWire;
  return kRelayWire;
}

// Where the processor has AES instructions GCM is the faster one by far.
constexpr const char* kAesFirst =
    "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_256_GCM_SHA384";
constexpr const char* kChachaFirst =
    "TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256:TLS_AES_256_GCM_SHA384";

using OpensslLong = long;  // NOLINT(google-runtime-int): OpenSSL's type

constexpr OpensslLong kValidSeconds = OpensslLong{100} * 365 * 24 * 3600;
constexpr OpensslLong kX509Version3 = 2;
// Ours has about 200 bytes.
constexpr OpensslLong kMaxCertificateBytes = 4096;

bool has_aes() {
#if defined(__x86_64__) || defined(__i386__)
  return static_cast<bool>(__builtin_cpu_supports("aes"));
#else
  return true;
#endif
}

Error openssl_error(const std::string& what) {
  std::array<char, 256> text{};
  ERR_error_string_n(ERR_get_error(), text.data(), text.size());
  return {.code = ErrorCode::io, .message = what + ": " + text.data()};
}

CertificatePtr self_signed(EVP_PKEY* key) {
  CertificatePtr certificate(X509_new());
  if (!certificate) return nullptr;
  X509_NAME* name = X509_get_subject_name(certificate.get());
  constexpr std::array<unsigned char, 7> common_name = {'f', 'r', 'e', 's', 'h', 'e', 't'};
  const bool made =
      X509_set_version(certificate.get(), kX509Version3) == 1
      && ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1) == 1 &&
      // Dates say nothing here: clocks on an ad-hoc network are wrong, and the key is the identity.
      ASN1_TIME_set(X509_getm_notBefore(certificate.get()), 0) != nullptr
      && X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kValidSeconds) != nullptr
      && X509_set_pubkey(certificate.get(), key) == 1
      && X509_NAME_add_entry_by_txt(
             name, "CN", MBSTRING_ASC, common_name.data(), common_name.size(), -1, 0)
             == 1
      && X509_set_issuer_name(certificate.get(), name) == 1
      && X509_sign(certificate.get(), key, nullptr) > 0;
  return made ? std::move(certificate) : nullptr;
}

std::optional<NodeKey> raw_key(EVP_PKEY* key) {
  NodeKey node;
  std::size_t size = node.bytes.size();
  if (key == nullptr || EVP_PKEY_get_id(key) != EVP_PKEY_ED25519
      || EVP_PKEY_get_raw_public_key(key, node.bytes.data(), &size) != 1
      || size != NodeKey::kSize) {
    return std::nullopt;
  }
  return node;
}

// Accepts exactly one certificate: Ed25519, signed by itself, with the expected key where one is
// expected. Everything else about it is ignored: dates mean nothing where clocks are wrong.
int verify_peer(X509_STORE_CTX* store, void* /*unused*/) {
  X509_STORE_CTX_set_error(store, X509_V_ERR_CERT_REJECTED);
  auto* ssl =
      static_cast<SSL*>(X509_STORE_CTX_get_ex_data(store, SSL_get_ex_data_X509_STORE_CTX_idx()));
  auto* check = ssl == nullptr ? nullptr : static_cast<PeerCheck*>(SSL_get_app_data(ssl));
  X509* certificate = X509_STORE_CTX_get0_cert(store);
  if (check == nullptr || certificate == nullptr) return 0;
  if (sk_X509_num(X509_STORE_CTX_get0_untrusted(store)) > 1) return 0;
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  const auto node = raw_key(key);
  if (!node || X509_verify(certificate, key) != 1) return 0;
  check->wrong_key = check->expected && *check->expected != *node;
  if (check->wrong_key) return 0;
  check->key = node;
  X509_STORE_CTX_set_error(store, X509_V_OK);
  return 1;
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL's signature
int select_alpn(SSL* /*ssl*/,
                const unsigned char** out,
                unsigned char* out_size,
                const unsigned char* in,
                unsigned int in_size,
                void* /*unused*/) {
  for (const std::span<const unsigned char> offer :
       {std::span<const unsigned char>(kOverlayWire),
        std::span<const unsigned char>(kTransferWire),
        std::span<const unsigned char>(kRelayWire),
        std::span<const unsigned char>(kTorrentWire)}) {
    unsigned char* chosen = nullptr;
    const int found = SSL_select_next_proto(
        &chosen, out_size, offer.data(), static_cast<unsigned int>(offer.size()), in, in_size);
    if (found != OPENSSL_NPN_NEGOTIATED) continue;
    *out = chosen;
    return SSL_TLSEXT_ERR_OK;
  }
  return SSL_TLSEXT_ERR_ALERT_FATAL;
}

}  // namespace

struct TlsContext::State {
  ContextPtr context;
  NodeKey key;
  std::shared_ptr<Membership> membership;
};

TlsContext::TlsContext(std::unique_ptr<State> state) : state_(std::move(state)) {}
TlsContext::TlsContext(TlsContext&&) noexcept = default;
TlsContext& TlsContext::operator=(TlsContext&&) noexcept = default;
TlsContext::~TlsContext() = default;

const NodeKey& TlsContext::key() const {
  return state_->key;
}
const std::shared_ptr<Membership>& TlsContext::membership() const {
  return state_->membership;
}

Result<TlsContext> TlsContext::make(ByteView secret, std::optional<ByteView> mesh_key) {
  const PkeyPtr key(
      EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, secret.data(), secret.size()));
  const auto own_key = raw_key(key.get());
  if (!own_key) return openssl_error("the node's key is not an Ed25519 key");
  const CertificatePtr certificate = self_signed(key.get());
  if (!certificate) return openssl_error("cannot make a certificate");
  auto state = std::make_unique<State>();
  state->key = *own_key;
  state->membership = std::make_shared<Membership>(mesh_key);
  state->context.reset(SSL_CTX_new(TLS_method()));
  SSL_CTX* context = state->context.get();
  if (context == nullptr) return openssl_error("cannot set TLS up");
  const bool set = SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) == 1
                   && SSL_CTX_set_ciphersuites(context, has_aes() ? kAesFirst : kChachaFirst) == 1
                   && SSL_CTX_set1_groups_list(context, "X25519") == 1
                   && SSL_CTX_set1_sigalgs_list(context, "ed25519") == 1
                   && SSL_CTX_use_certificate(context, certificate.get()) == 1
                   && SSL_CTX_use_PrivateKey(context, key.get()) == 1
                   && SSL_CTX_set_num_tickets(context, 0) == 1;
  if (!set) return openssl_error("cannot set TLS up");
  SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
  SSL_CTX_set_max_cert_list(context, kMaxCertificateBytes);
  SSL_CTX_set_options(context,
                      SSL_OP_NO_TICKET | SSL_OP_NO_RENEGOTIATION | SSL_OP_CIPHER_SERVER_PREFERENCE);
  SSL_CTX_clear_options(context, SSL_OP_ENABLE_MIDDLEBOX_COMPAT);
  SSL_CTX_set_mode(context,
                   SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE
                       | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, nullptr);
  SSL_CTX_set_cert_verify_callback(context, verify_peer, nullptr);
  SSL_CTX_set_alpn_select_cb(context, select_alpn, nullptr);
  return TlsContext(std::move(state));
}

SSL* TlsContext::new_server(PeerCheck& check) const {
  SSL* ssl = SSL_new(state_->context.get());
  if (ssl == nullptr) return nullptr;
  SSL_set_app_data(ssl, &check);
  SSL_set_accept_state(ssl);
  return ssl;
}

SSL* TlsContext::new_client(PeerCheck& check, Protocol protocol) const {
  SSL* ssl = SSL_new(state_->context.get());
  if (ssl == nullptr) return nullptr;
  SSL_set_app_data(ssl, &check);
  SSL_set_connect_state(ssl);
  const std::span<const unsigned char> offer = alpn_of(protocol);
  if (SSL_set_alpn_protos(ssl, offer.data(), static_cast<unsigned int>(offer.size())) != 0) {
    SSL_free(ssl);
    return nullptr;
  }
  return ssl;
}

std::optional<Protocol> TlsContext::protocol_of(const SSL* ssl) {
  const unsigned char* name = nullptr;
  unsigned int size = 0;
  SSL_get0_alpn_selected(ssl, &name, &size);
  const std::string_view chosen = text_of({name, size});
  if (chosen == kOverlayAlpn) return Protocol::overlay;
  if (chosen == kTransferAlpn) return Protocol::transfer;
  if (chosen == kRelayAlpn) return Protocol::relay;
  if (chosen == kTorrentAlpn) return Protocol::torrent;
  return std::nullopt;
}

}  // namespace freshet::io
