// Time as the core sees it: a number that arrives with each input. There is no now() here, on
// purpose.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <optional>

namespace freshet {

using Duration = std::chrono::duration<std::int64_t, std::nano>;

/// Monotonic time since an arbitrary start. Hosts map their clock (steady or virtual) to it.
struct NodeClock {
  using rep = Duration::rep;
  using period = Duration::period;
  using duration = Duration;
  using time_point = std::chrono::time_point<NodeClock>;
  static constexpr bool is_steady = true;
};
using TimePoint = NodeClock::time_point;

/// The earlier of two times of which either may be missing.
inline std::optional<TimePoint> earlier(std::optional<TimePoint> a, std::optional<TimePoint> b) {
  if (!a || !b) return a ? a : b;
  return std::min(*a, *b);
}

/// Seconds since 1970 UTC, for what is kept on disk. An input too.
using UnixSeconds = std::int64_t;

}  // namespace freshet
