// Waiting for something that another process does: by asking until a deadline, never by a fixed
// sleep.
#pragma once

#include <chrono>
#include <thread>

namespace freshet::testing {

/// Sanitizers slow everything down; deadlines that say "hangs" rather than "slow" need no scaling.
#ifdef FRESHET_SANITIZED
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

inline constexpr std::chrono::seconds kLongEnough{60};
inline constexpr std::chrono::milliseconds kAskEvery{20};

/// Whether `condition()` came true before the deadline.
template <typename Condition>
bool eventually(Condition condition, std::chrono::milliseconds limit = kLongEnough) {
  const auto deadline = std::chrono::steady_clock::now() + limit;
  while (!condition()) {
    if (std::chrono::steady_clock::now() >= deadline) return false;
    std::this_thread::sleep_for(kAskEvery);
  }
  return true;
}

}  // namespace freshet::testing
