// Neighbours that fell silent. They are asked again now and then, however many links there are: it
// is how the two sides of a network that was cut find together when it is whole again. Bounded, and
// given up after an hour.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "node/base/digest.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::core::overlay {

class LostPeers {
 public:
  struct Peer {
    NodeKey key;
    Endpoint address;
    TimePoint since;
  };
  static constexpr std::size_t kMost = 8;  ///< the one lost longest ago gives way
  static constexpr Duration kLongest = std::chrono::hours(1);

  void add(const NodeKey& key, const Endpoint& address, TimePoint now);
  /// It is linked again.
  void remove(const NodeKey& key);
  /// One of them, at random; nullptr when there is none.
  const Peer* pick(Rng& rng, TimePoint now);
  [[nodiscard]] std::size_t size() const { return peers_.size(); }
  void digest(Digest& digest) const;

 private:
  std::vector<Peer> peers_;  ///< in the order in which they were lost
};

}  // namespace freshet::core::overlay
