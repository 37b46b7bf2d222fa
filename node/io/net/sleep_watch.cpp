#include "node/io/net/sleep_watch.h"

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <ctime>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <sys/timerfd.h>
#include <unistd.h>

namespace freshet::io {
namespace {

constexpr std::time_t kFarAhead = std::time_t{1} << 40U;

Duration read_clock(clockid_t clock) {
  timespec time{};
  ::clock_gettime(clock, &time);
  return std::chrono::seconds(time.tv_sec)
         + std::chrono::duration_cast<Duration>(std::chrono::nanoseconds(time.tv_nsec));
}

/// False where the system refuses.
bool arm(int fd) {
  itimerspec when{};
  when.it_value.tv_sec = kFarAhead;
  return ::timerfd_settime(fd, TFD_TIMER_ABSTIME | TFD_TIMER_CANCEL_ON_SET, &when, nullptr) == 0;
}

/// -1 where the system refuses.
int open_timer() {
  const int fd = ::timerfd_create(CLOCK_REALTIME, TFD_CLOEXEC | TFD_NONBLOCK);
  if (fd < 0 || arm(fd)) return fd;
  ::close(fd);
  return -1;
}

}  // namespace

struct SleepWatch::Impl : std::enable_shared_from_this<Impl> {
  Impl(asio::io_context& io, Woke the_woke, Slept the_slept)
      : woke(std::move(the_woke)),
        slept(std::move(the_slept)),
        known(slept()),
        timer(io) {}

  void wait();
  void look();

  Woke woke;
  Slept slept;
  Duration known;  ///< of what was slept
  asio::posix::stream_descriptor timer;
  bool stopped = false;
};

// Also when the wall clock was set, which is no sleep.
void SleepWatch::Impl::wait() {
  timer.async_wait(asio::posix::stream_descriptor::wait_read,
                   [self = shared_from_this()](const asio::error_code& failed) {
                     if (failed || self->stopped) return;
                     const int fd = self->timer.native_handle();
                     std::uint64_t times = 0;
                     const bool is_over = ::read(fd, &times, sizeof times) < 0 && errno != EAGAIN
                                          && errno != ECANCELED;
                     self->look();
                     if (!is_over && !self->stopped && arm(fd)) self->wait();
                   });
}

void SleepWatch::Impl::look() {
  const Duration in_all = slept();
  const Duration more = in_all - known;
  if (more < kShortest) return;
  known = in_all;
  woke(more);
}

SleepWatch::SleepWatch(asio::io_context& io, Woke woke, Slept slept)
    : impl_(std::make_shared<Impl>(io, std::move(woke), std::move(slept))) {
  const int fd = open_timer();
  if (fd < 0) return;
  impl_->timer.assign(fd);
  impl_->wait();
}

SleepWatch::~SleepWatch() {
  impl_->stopped = true;
  asio::error_code ignored;
  impl_->timer.close(ignored);
}

void SleepWatch::look() {
  if (!impl_->stopped) impl_->look();
}

// The second clock is read last, so that the difference is never too large.
Duration SleepWatch::slept_since_boot() {
  const Duration with_sleep = read_clock(CLOCK_BOOTTIME);
  return with_sleep - read_clock(CLOCK_MONOTONIC);
}

}  // namespace freshet::io
