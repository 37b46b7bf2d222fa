// How often others may make this node connect somewhere: by the address that is to be dialled
// (whatever its port, so that nobody scans a host through us) and by the key that is expected
// there. A mesh cannot be aimed at a stranger through nodes that keep to this. Bounded: when all
// places are taken by targets that were dialled lately, no new target is dialled.
#pragma once

#include <chrono>
#include <cstddef>
#include <span>
#include <variant>
#include <vector>

#include "node/base/digest.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/guard/token_bucket.h"

namespace freshet::core::overlay {

class AttemptLimiter {
 public:
  static constexpr std::size_t kMaxTargets = 256;
  /// Of one target: a node that fetches a few files at once is dialled for each.
  static constexpr Rate kPerTarget = {.interval = std::chrono::seconds(2), .burst = 10};
  static constexpr Rate kInAll = {.interval = std::chrono::milliseconds(200), .burst = 50};

  /// Whether one attempt that may reach all of `addresses` and expects `key` may be made now.
  /// Nothing is counted when it may not.
  bool allows(const NodeKey& key, std::span<const Endpoint> addresses, TimePoint now);
  [[nodiscard]] std::size_t size() const { return targets_.size(); }
  void digest(Digest& digest) const;

 private:
  using Name = std::variant<NodeKey, Endpoint>;
  struct Target {
    Name name;
    TokenBucket bucket = {};
  };
  Target* find(const Name& name);

  std::vector<Target> targets_;  ///< oldest first
  TokenBucket all_;
};

}  // namespace freshet::core::overlay
