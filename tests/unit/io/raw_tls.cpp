#include "tests/unit/io/raw_tls.h"

#include <array>
#include <csignal>
#include <utility>

#include <netinet/in.h>
#include <openssl/evp.h>
#include <openssl/x509.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/support/mesh_proof.h"

namespace freshet::io::test {
namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using KeyPtr = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using X509Ptr = std::unique_ptr<X509, Freer<X509_free>>;
using ContextPtr = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using SslPtr = std::unique_ptr<SSL, Freer<SSL_free>>;

constexpr std::array<unsigned char, 4> kName = {'t', 'e', 's', 't'};

X509Ptr certificate_of(EVP_PKEY* key, const EVP_MD* digest) {
  X509Ptr made(X509_new());
  X509_NAME* name = X509_get_subject_name(made.get());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  ASN1_TIME_set(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 1000);
  X509_set_pubkey(made.get(), key);
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, kName.data(), kName.size(), -1, 0);
  X509_set_issuer_name(made.get(), name);
  X509_sign(made.get(), key, digest);
  return made;
}

ContextPtr context_of(const RawTlsOptions& options) {
  ContextPtr context(SSL_CTX_new(TLS_client_method()));
  const bool p256 = options.certificate == Certificate::p256;
  const KeyPtr key(p256 ? EVP_EC_gen("P-256") : EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  const X509Ptr certificate = certificate_of(key.get(), p256 ? EVP_sha256() : nullptr);
  SSL_CTX_use_certificate(context.get(), certificate.get());
  SSL_CTX_use_PrivateKey(context.get(), key.get());
  if (!options.alpn.empty()) {
    const std::string wire = static_cast<char>(options.alpn.size()) + options.alpn;
    SSL_CTX_set_alpn_protos(context.get(),
                            reinterpret_cast<const unsigned char*>(wire.data()),
                            static_cast<unsigned>(wire.size()));
  }
  return context;
}

void run(const Endpoint& where, const RawTlsOptions& options, const RawTls::Then& then) {
  const ContextPtr context = context_of(options);
  const int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(where.port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(descriptor, reinterpret_cast<const sockaddr*>(&to), sizeof to) == 0) {
    const SslPtr ssl(SSL_new(context.get()));
    SSL_set_fd(ssl.get(), descriptor);
    std::signal(SIGPIPE, SIG_IGN);  // OpenSSL writes without MSG_NOSIGNAL
    if (SSL_connect(ssl.get()) == 1) {
      if (options.proves) (void)testing::exchange_proofs(ssl.get(), open_mesh_key());
      then(ssl.get(), descriptor);
    }
  }
  close(descriptor);
}

}  // namespace

RawTls::RawTls(const Endpoint& where, RawTlsOptions options, Then then)
    : thread_([where, options = std::move(options), then = std::move(then)] {
        run(where, options, then);
      }) {}

RawTls::~RawTls() {
  thread_.join();
}

}  // namespace freshet::io::test
