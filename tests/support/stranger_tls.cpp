#include "tests/support/stranger_tls.h"

#include <memory>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "node/base/bytes.h"

namespace freshet::testing {
namespace {

constexpr std::int32_t kDaySeconds = 24 * 60 * 60;

using Key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>;
using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate self_signed(EVP_PKEY* key) {
  Certificate certificate(X509_new(), X509_free);
  X509_set_version(certificate.get(), X509_VERSION_3);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDaySeconds);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDaySeconds);
  X509_set_pubkey(certificate.get(), key);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const std::string common = "freshet";
  X509_NAME_add_entry_by_txt(name,
                             "CN",
                             MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(common.data()),
                             static_cast<int>(common.size()),
                             -1,
                             0);
  X509_set_issuer_name(certificate.get(), name);
  X509_sign(certificate.get(), key, nullptr);
  return certificate;
}

int accept_any(X509_STORE_CTX* /*store*/, void* /*unused*/) {
  return 1;
}

// NOLINTNEXTLINE(readability-function-size): OpenSSL's signature
int select_first(SSL* /*ssl*/,
                 const unsigned char** out,
                 unsigned char* out_size,
                 const unsigned char* in,
                 unsigned int in_size,
                 void* /*unused*/) {
  if (in_size < 2) return SSL_TLSEXT_ERR_ALERT_FATAL;
  *out_size = in[0];
  *out = in + 1;
  return SSL_TLSEXT_ERR_OK;
}

}  // namespace

SSL_CTX* stranger_context(const SSL_METHOD* method, const std::string& alpn) {
  SSL_CTX* context = SSL_CTX_new(method);
  SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION);
  SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
  SSL_CTX_set_cert_verify_callback(context, accept_any, nullptr);
  const Key key(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"), EVP_PKEY_free);
  const Certificate certificate = self_signed(key.get());
  SSL_CTX_use_certificate(context, certificate.get());
  SSL_CTX_use_PrivateKey(context, key.get());
  SSL_CTX_set_alpn_select_cb(context, select_first, nullptr);
  Bytes protocols = {static_cast<Byte>(alpn.size())};
  const ByteView text = bytes_of(alpn);
  protocols.insert(protocols.end(), text.begin(), text.end());
  SSL_CTX_set_alpn_protos(context, protocols.data(), static_cast<unsigned int>(protocols.size()));
  return context;
}

}  // namespace freshet::testing
