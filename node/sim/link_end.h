// One end of a simulated link, at its node: 16 bytes, because a million nodes have eight each.
#pragma once

#include <algorithm>
#include <cstdint>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/sim/network.h"

namespace freshet::sim {

class alignas(16) LinkEnd {
 public:
  LinkEnd() = default;
  LinkEnd(LinkId id, NodeIndex peer, LinkId peer_id) : id_(id), peer_id_(peer_id), packed_(peer) {}

  [[nodiscard]] LinkId id() const { return id_; }
  [[nodiscard]] NodeIndex peer() const { return static_cast<NodeIndex>(packed_ & kPeerMask); }
  /// The other end's name for the link.
  [[nodiscard]] LinkId peer_id() const { return peer_id_; }

  /// Takes nothing more.
  [[nodiscard]] bool is_clogged() const { return (packed_ & kClogged) != 0; }
  void clog() { packed_ |= kClogged; }

  /// When what would arrive at `arrival` does, for everything that went this way before must be
  /// there first. Remembers it, rounded up to kTick. REQUIRES: nothing went this way for at least
  /// 19 hours only if a link may be silent for so long, which pings prevent.
  TimePoint in_order(TimePoint arrival, TimePoint now) {
    const std::int64_t tick = now.time_since_epoch().count() >> kTickShift;
    // Ticks from now until the last one arrives, from their lowest bits.
    const auto ahead =
        static_cast<std::int64_t>((last() - static_cast<std::uint64_t>(tick)) << kLastShift)
        >> kLastShift;
    if (ahead > 0) arrival = std::max(arrival, TimePoint{Duration{(tick + ahead) << kTickShift}});
    const std::int64_t rounded_up =
        (arrival.time_since_epoch().count() + (std::int64_t{1} << kTickShift) - 1) >> kTickShift;
    packed_ =
        (packed_ & (kPeerMask | kClogged)) | (static_cast<std::uint64_t>(rounded_up) << kLastShift);
    return arrival;
  }

 private:
  // 24 bits: the peer; 1: clogged; 39: when the last frame arrives, in ticks of 256 ns, modulo 39
  // hours.
  static constexpr unsigned kTickShift = 8;
  static constexpr unsigned kLastShift = 25;
  static constexpr std::uint64_t kPeerMask = 0xFFFFFF;
  static constexpr std::uint64_t kClogged = std::uint64_t{1} << 24U;

  [[nodiscard]] std::uint64_t last() const { return packed_ >> kLastShift; }

  LinkId id_;
  LinkId peer_id_;
  std::uint64_t packed_ = 0;
};
static_assert(sizeof(LinkEnd) == 16);

}  // namespace freshet::sim
