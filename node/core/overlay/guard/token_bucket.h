// A token bucket in eight bytes, by the virtual scheduling of GCRA (ITU-T I.371): it remembers when
// it will be full again, and nothing else.
#pragma once

#include <algorithm>
#include <cstdint>

#include "node/base/time.h"

namespace freshet::core::overlay {

/// One token every `interval`, `burst` at most. Both above zero.
struct Rate {
  Duration interval{};
  std::uint32_t burst = 1;
};

class TokenBucket {
 public:
  /// Takes one token; false when there is none. Full at first.
  bool take(const Rate& rate, TimePoint now) {
    const TimePoint begins = std::max(full_at_, now);
    if (begins + rate.interval - now > rate.interval * rate.burst) return false;
    full_at_ = begins + rate.interval;
    return true;
  }
  [[nodiscard]] TimePoint full_at() const { return full_at_; }

 private:
  TimePoint full_at_{};
};

}  // namespace freshet::core::overlay
