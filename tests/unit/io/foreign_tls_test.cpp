// TLS clients of another make: what a listener takes and what it refuses.
#include <array>
#include <memory>
#include <string>
#include <thread>

#include <asio/ip/tcp.hpp>
#include <openssl/evp.h>
#include <openssl/rsa.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include "tests/support/mesh_proof.h"
#include "tests/unit/io/loop.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::io;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::io::test;  // NOLINT(google-build-using-namespace): a test

namespace {

template <auto Free>
struct Freer {
  template <typename T>
  void operator()(T* object) const {
    Free(object);
  }
};
using Key = std::unique_ptr<EVP_PKEY, Freer<EVP_PKEY_free>>;
using Certificate = std::unique_ptr<X509, Freer<X509_free>>;
using Context = std::unique_ptr<SSL_CTX, Freer<SSL_CTX_free>>;
using Ssl = std::unique_ptr<SSL, Freer<SSL_free>>;

constexpr unsigned kRsaBits = 2048;

Key ed25519_key() {
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
}
Key rsa_key() {
  return Key(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{kRsaBits}));
}

// Of `key`, signed by `signer`.
Certificate certificate_of(EVP_PKEY* key, EVP_PKEY* signer) {
  Certificate made(X509_new());
  X509_set_version(made.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(made.get()), 0);
  X509_gmtime_adj(X509_getm_notAfter(made.get()), 3600);
  X509_set_pubkey(made.get(), key);
  const bool ed25519 = EVP_PKEY_get_id(signer) == EVP_PKEY_ED25519;
  X509_sign(made.get(), signer, ed25519 ? nullptr : EVP_sha256());
  return made;
}

struct Foreigner {
  std::string alpn =
      "\x09"
      "freshet/1";  // in ALPN's coding; empty: none is offered
  EVP_PKEY* key = nullptr;
  EVP_PKEY* signer = nullptr;
  int version = TLS1_3_VERSION;

  // A whole handshake, and then until the other side closes. Blocks.
  void run(std::uint16_t port) const {
    asio::io_context io;
    asio::ip::tcp::socket socket(io);
    socket.connect({asio::ip::address_v4::loopback(), port});
    const Context context(SSL_CTX_new(TLS_client_method()));
    SSL_CTX_set_max_proto_version(context.get(), version);
    if (key != nullptr) {
      SSL_CTX_use_certificate(context.get(), certificate_of(key, signer).get());
      SSL_CTX_use_PrivateKey(context.get(), key);
    }
    const Ssl ssl(SSL_new(context.get()));
    SSL_set_alpn_protos(ssl.get(),
                        reinterpret_cast<const unsigned char*>(alpn.data()),
                        static_cast<unsigned>(alpn.size()));
    SSL_set_fd(ssl.get(), socket.native_handle());
    if (SSL_connect(ssl.get()) == 1) (void)testing::send_proof(ssl.get(), open_mesh_key());
    std::array<char, 2 * kMeshProofBytes> heard{};
    while (SSL_read(ssl.get(), heard.data(), static_cast<int>(heard.size())) > 0) {
    }
  }
};

bool refused(const Foreigner& client) {
  Pair pair;
  std::thread peer([&, port = pair.address().port] { client.run(port); });
  CHECK(run_until(pair.io,
                  [&] { return pair.listener->counters().handshakes_failed == 1 || pair.server; }));
  const bool up = pair.server != nullptr;
  if (up) pair.server->abandon();
  run_ready(pair.io);
  peer.join();
  return !up;
}

}  // namespace

TEST_CASE("a client of another make with a self-signed Ed25519 certificate becomes a link") {
  const Key key = ed25519_key();
  CHECK_FALSE(refused({.key = key.get(), .signer = key.get()}));
}

TEST_CASE("an RSA certificate is refused") {
  const Key key = rsa_key();
  CHECK(refused({.key = key.get(), .signer = key.get()}));
}

TEST_CASE("a certificate that another key signed is refused") {
  const Key key = ed25519_key();
  const Key other = ed25519_key();
  CHECK(refused({.key = key.get(), .signer = other.get()}));
}

TEST_CASE("a client without a certificate is refused") {
  CHECK(refused({}));
}

TEST_CASE("a client that offers no protocol of ours is refused") {
  const Key key = ed25519_key();
  CHECK(refused({.alpn = "\x02"
                         "h2",
                 .key = key.get(),
                 .signer = key.get()}));
  CHECK(refused({.alpn = "", .key = key.get(), .signer = key.get()}));
}

TEST_CASE("TLS before 1.3 is refused") {
  const Key key = ed25519_key();
  CHECK(refused({.key = key.get(), .signer = key.get(), .version = TLS1_2_VERSION}));
}
