// Tells that this machine slept (suspend, hibernation), which the steady clock does not count:
// CLOCK_BOOTTIME runs on where CLOCK_MONOTONIC stands still, and the difference is what was slept.
// The kernel says when to look: a timer on the wall clock is canceled as the machine resumes
// (timerfd_create(2), TFD_TIMER_CANCEL_ON_SET). Where it does not, look() called now and then does.
#pragma once

#include <functional>
#include <memory>

#include "node/base/time.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

class SleepWatch {
 public:
  using Woke = std::function<void(Duration slept)>;
  /// How long this machine has slept since it booted.
  using Slept = std::function<Duration()>;

  /// Shorter sleeps are not told of; they are added to the next one.
  static constexpr Duration kShortest = std::chrono::seconds(1);

  /// `woke` is called from the loop, or from within look().
  SleepWatch(asio::io_context& io, Woke woke, Slept slept = slept_since_boot);
  /// Nothing calls back any more.
  ~SleepWatch();
  SleepWatch(const SleepWatch&) = delete;
  SleepWatch& operator=(const SleepWatch&) = delete;

  /// Looks at the clocks now.
  void look();

  static Duration slept_since_boot();

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace freshet::io
