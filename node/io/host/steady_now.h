// The steady clock's time as a TimePoint, for what is timed outside the core.
#pragma once

#include <chrono>

#include "node/base/time.h"

namespace freshet::io {

inline TimePoint steady_now() {
  return TimePoint(
      std::chrono::duration_cast<Duration>(std::chrono::steady_clock::now().time_since_epoch()));
}

}  // namespace freshet::io
