// Connects: resolves a name where it has to, tries several addresses staggered (RFC 8305's idea),
// brings TLS up, and keeps the first link whose peer is who it should be.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/result.h"
#include "node/io/net/tls_link.h"

namespace freshet::io {

/// One call of dial() or dial_name().
using DialTicket = StrongInt<struct DialTicketTag, std::uint64_t>;

struct DialLimits {
  std::chrono::milliseconds connect{5000};  ///< name, TCP and TLS together
  std::chrono::milliseconds stagger{250};
  std::size_t max_addresses = 8;
  LinkLimits link;
};

/// Asked before each connection to an address that dial() was given; told where it led to a peer
/// with the expected key. Both may be empty. dial_name() is the user's wish, and not asked about.
struct DialGuard {
  std::function<bool(const Endpoint&)> may_dial;
  std::function<void(const Endpoint&)> proved;
};

class Dialer {
 public:
  /// Gets the link, whose handler it sets before it returns; or what went wrong last.
  using Dialled = std::function<void(Result<std::shared_ptr<TlsLink>>)>;

  /// `shared` and `tls` outlive the dialer.
  Dialer(asio::io_context& io, LinkShared& shared, const TlsContext& tls, DialLimits limits);
  ~Dialer();  // NOLINT(bugprone-exception-escape): see the .cpp
  Dialer(const Dialer&) = delete;
  Dialer& operator=(const Dialer&) = delete;

  /// Never calls back from within.
  DialTicket dial(const std::vector<Endpoint>& addresses,
                  Protocol protocol,
                  const std::optional<NodeKey>& expected,
                  Dialled dialled);
  /// HOST, HOST:PORT, ADDR:PORT or [ADDR]:PORT; without a port kDefaultPort.
  DialTicket dial_name(const std::string& host_port, Protocol protocol, Dialled dialled);
  /// From now on; what it refuses counts as an address that failed.
  void guard_by(DialGuard guard);
  /// Its callback is not called any more. Does nothing when it was called already.
  void cancel(DialTicket ticket);
  /// Nothing calls back any more.
  void stop();

 private:
  struct Impl;
  struct Attempt;
  std::shared_ptr<Impl> impl_;
};

/// Splits HOST[:PORT]. Errors: invalid.
struct HostPort {
  std::string host;
  std::uint16_t port = kDefaultPort;
};
Result<HostPort> parse_host_port(const std::string& text);

}  // namespace freshet::io
