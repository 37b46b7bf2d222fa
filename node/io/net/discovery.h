// The beacon: says on every local network that this node is here, and hears others say so. A
// datagram of about 50 bytes goes to an IPv4 and an IPv6 multicast group and to IPv4 broadcast,
// from one place per interface and family. Decides nothing about whom to dial; believes nothing
// but "somebody at this address claims this key" (the TLS handshake proves it).
//
// Each place speaks by a Trickle timer (trickle.h): at once and often where it is new, later every
// 51 s, and not at all in an interval in which three others spoke, so that a network of 200 nodes
// hears as much as one of four. A newcomer is answered directly by some (beacon_answers.h), so that
// two nodes know each other as soon as the second one starts. Interfaces that come and go are
// followed; what one of them refuses is logged once and stops no other.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/beacon_answers.h"
#include "node/io/net/beacon_codec.h"
#include "node/io/net/trickle.h"

namespace freshet::io {

/// All of UDP. Every node on a network uses the same.
inline constexpr std::uint16_t kDiscoveryPort = 7346;

struct DiscoveryConfig {
  std::uint16_t udp_port = kDiscoveryPort;
  Trickle::Config rhythm;
  AnswerConfig answers;
  /// Interfaces are read again when the kernel says that they changed; and so often in any case.
  std::chrono::milliseconds reread{60'000};
  std::size_t max_interfaces = 16;        ///< as many as a socket may join groups on (Linux: 20)
  std::size_t max_seen_per_second = 200;  ///< reported to the owner
};

struct DiscoveryCounters {
  std::uint64_t sent = 0;  ///< datagrams, answers included
  std::uint64_t replies = 0;
  std::uint64_t heard = 0;  ///< beacons of other nodes
  std::uint64_t malformed = 0;
  std::uint64_t over_limit = 0;  ///< not answered or not reported: a limit was reached
  std::uint64_t unanswered = 0;  ///< left to others to answer
  std::uint64_t silent = 0;      ///< own beacons that others made needless
  std::uint64_t send_failed = 0;
  std::uint64_t foreign = 0;   ///< of other meshes
  std::uint64_t off_link = 0;  ///< from beyond the interface's networks: not believed
};

class Discovery {
 public:
  /// A node, and where it says that it takes connections (a link-local address has its scope).
  /// Never this node itself.
  using Seen = std::function<void(const NodeKey& node, const Endpoint& where)>;

  /// `tcp_port` is announced. `listening`: what the listener is bound to; beacons go out only where
  /// a connection to the sender's address would reach it.
  Discovery(asio::io_context& io,
            const NodeKey& self,
            std::uint16_t tcp_port,
            std::vector<Endpoint> listening,
            Seen seen);
  ~Discovery();
  Discovery(const Discovery&) = delete;
  Discovery& operator=(const Discovery&) = delete;

  /// Before start().
  void set_config(const DiscoveryConfig& config);
  /// Before start(): how beacons look; those of other meshes are counted and left alone.
  void set_codec(const BeaconCodec& codec);
  /// Never fails: what the system refuses is logged and tried again. Never calls back from within.
  void start();
  /// Begins anew everywhere, as for a place that is new: the machine woke, or is elsewhere.
  void announce_again();
  /// Nothing calls back any more.
  void stop();
  [[nodiscard]] const DiscoveryCounters& counters() const;
  /// Where beacons go out now, as "eth0 10.0.0.5".
  [[nodiscard]] std::vector<std::string> places() const;

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
