// Processor time of this process.
#pragma once

#include <ctime>

namespace freshet::bench {

/// Seconds so far, of user and system, all threads: cheap to ask for, to the microsecond.
inline double own_cpu_seconds() {
  return static_cast<double>(std::clock()) / CLOCKS_PER_SEC;
}

}  // namespace freshet::bench
