// Addresses of nodes that are not linked now, learned from beacons, pongs, Hellos and the last run:
// where a node that lost its links starts again. Bounded; an unheard and failing address gives way
// first.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::core::overlay {

struct CachedHost {
  std::optional<NodeKey> key;
  Endpoint address;
  TimePoint heard;            ///< when it was last known to be alive
  TimePoint next_try;         ///< not dialled before
  std::uint8_t failures = 0;  ///< in a row
};

class HostCache {
 public:
  /// Notes that `address` (with `key`, when known) was alive at `heard`. True when it is new. An
  /// address that cannot be dialled is ignored. Another key than the known one is not believed,
  /// unless a dial failed since the address was last reached.
  bool learn(const std::optional<NodeKey>& key,
             const Endpoint& address,
             TimePoint heard,
             std::size_t limit);
  void forget(const Endpoint& address);
  [[nodiscard]] CachedHost* find(const Endpoint& address);
  /// The one last heard of those with `key`; nullptr when there is none.
  [[nodiscard]] const CachedHost* find_key(const NodeKey& key) const;
  /// A host that may be dialled now and for which `usable(host)` holds: of some drawn at random the
  /// best by `better(a, b)`. nullptr when there is none.
  template <typename Usable, typename Better>
  CachedHost* pick(TimePoint now, Rng& rng, Usable usable, Better better) {
    std::vector<CachedHost*> all;
    for (CachedHost& host : hosts_) {
      if (host.next_try <= now && usable(host)) all.push_back(&host);
    }
    CachedHost* chosen = nullptr;
    for (int draw = 0; draw < kDraws && !all.empty(); ++draw) {
      CachedHost* drawn = all[rng.below(all.size())];
      if (chosen == nullptr || better(*drawn, *chosen)) chosen = drawn;
    }
    return chosen;
  }
  /// The earliest next_try of a host that is usable; nullopt when there is none.
  template <typename Usable>
  [[nodiscard]] std::optional<TimePoint> earliest(Usable usable) const {
    std::optional<TimePoint> earliest;
    for (const CachedHost& host : hosts_) {
      if (usable(host) && (!earliest || host.next_try < *earliest)) earliest = host.next_try;
    }
    return earliest;
  }

  [[nodiscard]] std::span<const CachedHost> all() const { return hosts_; }
  [[nodiscard]] std::uint64_t digest() const;

  [[nodiscard]] std::span<CachedHost> all() { return hosts_; }

 private:
  static constexpr int kDraws = 3;  ///< of a pick: enough for a preference, few enough to spread

  std::vector<CachedHost> hosts_;
};

}  // namespace freshet::core::overlay
