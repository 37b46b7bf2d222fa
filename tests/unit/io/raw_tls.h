// A TLS client that may do what ours never does. Blocking, so on a thread of its own.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <thread>

#include <openssl/ssl.h>

#include "node/base/endpoint.h"

namespace freshet::io::test {

enum class Certificate { ed25519, p256 };

struct RawTlsOptions {
  Certificate certificate = Certificate::ed25519;
  std::string alpn = "freshet/1";  ///< empty: none is offered
  bool proves = true;              ///< that it is of the open mesh, before `then`
};

/// Connects to `where`, shakes hands, and does `then` where that succeeded. The descriptor closes
/// afterwards, without a word of TLS. Joins when it is destroyed.
class RawTls {
 public:
  using Then = std::function<void(SSL* ssl, int descriptor)>;
  RawTls(const Endpoint& where, RawTlsOptions options, Then then);
  ~RawTls();
  RawTls(const RawTls&) = delete;
  RawTls& operator=(const RawTls&) = delete;

 private:
  std::thread thread_;
};

}  // namespace freshet::io::test
