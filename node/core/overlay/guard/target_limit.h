// How often this node dials an address that others named: in hits, pongs, beacons and pushes. Who
// names a stranger's address again and again, under whatever keys, makes the mesh knock there a few
// times and no more. An address where a peer proved to hold the key that was expected starts anew,
// so that an honest peer is dialled as often as the user's wishes ask for. What the user named is
// not asked about here.
//
// A target is an address with all its ports; on loopback, where nodes differ by port alone, with
// its port. Bounded: the target that will be whole first gives way, so naming many targets does not
// clear one that was dialled often.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/time.h"
#include "node/core/overlay/guard/token_bucket.h"

namespace freshet::core::overlay {

class TargetLimit {
 public:
  static constexpr std::size_t kMaxTargets = 256;
  /// Failed attempts in a row, and one more each interval.
  static constexpr Rate kRate = {.interval = std::chrono::seconds(5), .burst = 12};

  /// Whether `target` may be dialled now; counts as an attempt.
  bool allows(const Endpoint& target, TimePoint now);
  /// The expected peer answered there.
  void proved(const Endpoint& target);
  [[nodiscard]] std::size_t size() const { return targets_.size(); }
  [[nodiscard]] std::uint64_t refused() const { return refused_; }

 private:
  struct Target {
    Endpoint at;
    TokenBucket attempts;
  };
  static Endpoint target_of(const Endpoint& address);
  Target& need(const Endpoint& at, TimePoint now);

  std::vector<Target> targets_;
  std::uint64_t refused_ = 0;
};

}  // namespace freshet::core::overlay
