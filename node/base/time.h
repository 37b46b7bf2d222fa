// Time as the core sees it: a number that arrives with each input. There is no now() here, on
// purpose.
#pragma once

#include <chrono>
#include <cstdint>

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

/// Seconds since 1970 UTC, for what is kept on disk. An input too.
using UnixSeconds = std::int64_t;

}  // namespace freshet
