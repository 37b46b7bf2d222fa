// Points for breaches of the rules, by key, so that a new link is no new start. They decay: who
// errs now and then is never punished. Bounded: the key with the fewest points gives way.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/overlay/config.h"

namespace freshet::core::overlay {

/// What a breach weighs; an offence is one point of Config::max_offences.
inline constexpr std::uint32_t kOffence = 1000;
/// A frame beyond its type's rate.
inline constexpr std::uint32_t kExcess = 20;

class Penalties {
 public:
  /// Adds to what `key` has, and says whether it has too many now; then it starts anew.
  bool add(const Config& config, const NodeKey& key, std::uint32_t weight, TimePoint now);
  [[nodiscard]] std::size_t size() const { return scores_.size(); }
  void digest(Digest& digest) const;

 private:
  struct Score {
    NodeKey key;
    std::uint32_t points = 0;
    TimePoint at;
  };
  static std::uint32_t left(const Config& config, const Score& score, TimePoint now);

  std::vector<Score> scores_;
};

}  // namespace freshet::core::overlay
