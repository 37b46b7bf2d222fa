// The one port: takes connections, tells from the first bytes what they are, and brings TLS links
// up. What is not TLS is refused at its first wrong byte, and counted, but for plain BitTorrent and
// HTTP where somebody takes them. Silence closes.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/result.h"
#include "node/io/net/first_bytes.h"
#include "node/io/net/tls_link.h"

namespace freshet::io {

struct TcpSocket;

struct ListenerCounters {
  std::uint64_t accepted = 0;
  std::uint64_t refused_busy = 0;      ///< too many handshakes at once, in all or from one address
  std::uint64_t refused_silent = 0;    ///< said nothing, or too little, in time
  std::uint64_t refused_plain_bt = 0;  ///< BitTorrent in the clear: not allowed here
  std::uint64_t refused_http = 0;
  std::uint64_t refused_unknown = 0;    ///< nothing that this port speaks
  std::uint64_t handshakes_failed = 0;  ///< those of TLS; proofs are counted by Membership
  std::uint64_t accept_failed = 0;      ///< the system is out of descriptors or memory
  std::uint64_t links_up = 0;
};

struct ListenerLimits {
  std::size_t max_handshakes = 128;
  std::size_t max_handshakes_per_address = 16;  ///< loopback is exempt
  std::chrono::milliseconds first_bytes{5000};
  LinkLimits link;
};

class Listener {
 public:
  using LinkUp = std::function<void(std::shared_ptr<TlsLink>)>;

  /// Binds at once. `where` nullopt: every IPv4 and IPv6 address at kDefaultPort. Port 0: the
  /// system chooses. Errors: io, in words for the user. `shared` and `tls` outlive the listener.
  static Result<std::unique_ptr<Listener>> bind(asio::io_context& io,
                                                LinkShared& shared,
                                                const TlsContext& tls,
                                                const std::optional<Endpoint>& where,
                                                ListenerLimits limits);
  ~Listener();  // NOLINT(bugprone-exception-escape): see the .cpp
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// `up` gets each link with its peer known; it sets the link's handler before it returns.
  void start(LinkUp up);
  /// `plain` gets what opens as BitTorrent or HTTP, with the bytes that were read; before start().
  /// Without it those are refused.
  using Plain = std::function<void(Opening, TcpSocket&&, Bytes first)>;
  void take_plain(Plain plain);
  void stop();
  [[nodiscard]] std::vector<Endpoint> local() const;
  [[nodiscard]] const ListenerCounters& counters() const;
  /// Connections that are not links yet.
  [[nodiscard]] std::size_t handshakes() const;

 private:
  struct Impl;
  explicit Listener(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
