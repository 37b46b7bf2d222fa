// TLS settings of somebody who is no node of ours: a fresh Ed25519 key, a certificate that it
// signed itself, and trust in everybody.
#pragma once

#include <string>

#include <openssl/ssl.h>

namespace freshet::testing {

/// To be freed with SSL_CTX_free(). A client offers `alpn`; a server takes the first that it is
/// offered.
SSL_CTX* stranger_context(const SSL_METHOD* method, const std::string& alpn);

}  // namespace freshet::testing
