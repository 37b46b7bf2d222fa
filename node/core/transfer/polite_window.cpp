#include "node/core/transfer/polite_window.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {
namespace {

constexpr std::uint64_t kBlock = wire::bt::kBlockBytes;
constexpr std::uint64_t kLeast = kBlock / 8;
constexpr std::uint64_t kMost = 512 * kBlock;
constexpr Duration kLongestPause = std::chrono::seconds(2);
constexpr std::uint64_t kFirst = 2 * kBlock;  // RFC 6817's INIT_CWND

// In a unit that leaves room for products.
constexpr std::uint64_t us(Duration time) {
  return static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
}

}  // namespace

PoliteWindow::PoliteWindow(TimePoint now) : bytes_(kFirst), minute_at_(now) {
  base_.fill(Duration::max());
  recent_.fill(Duration::max());
}

std::uint32_t PoliteWindow::blocks() const {
  return looking_ ? 1 : static_cast<std::uint32_t>(std::max(bytes_ / kBlock, std::uint64_t{1}));
}

TimePoint PoliteWindow::ready_at() const {
  if (bytes_ >= kBlock || seen_ == 0) return TimePoint::min();
  const auto rest = static_cast<std::int64_t>(kBlock - bytes_);
  return arrived_at_ + std::min(delay() * rest / static_cast<std::int64_t>(bytes_), kLongestPause);
}

Duration PoliteWindow::delay() const {
  return *std::min_element(recent_.begin(), recent_.end());
}

Duration PoliteWindow::base() const {
  return *std::min_element(base_.begin(), base_.end());
}

void PoliteWindow::see(Duration took, TimePoint now) {
  for (std::size_t i = 0; i < kMinutes && now - minute_at_ >= kMinute; ++i) {
    minute_at_ = i + 1 < kMinutes ? minute_at_ + kMinute : now;
    std::rotate(base_.rbegin(), base_.rbegin() + 1, base_.rend());
    base_.front() = Duration::max();
    looking_ = true;
  }
  base_.front() = std::min(base_.front(), took);
  recent_[seen_++ % kRecent] = took;
  // What was seen recently may be older than the minutes that count.
  queueing_ = std::max(delay() - base(), Duration{});
}

void PoliteWindow::grow(std::uint64_t by) {
  bytes_ = std::min(bytes_ + by, kMost);
}

// By at most a block in each round trip upwards, by at most half of the window downwards.
void PoliteWindow::steer(std::uint64_t bytes, bool is_used) {
  constexpr std::uint64_t kTargetUs = us(kTarget);
  const std::uint64_t waits = us(queueing_);
  bytes = std::min(bytes, bytes_);
  if (waits <= kTargetUs) {
    if (is_used) grow(std::min(kBlock, bytes_) * bytes / bytes_ * (kTargetUs - waits) / kTargetUs);
    return;
  }
  const std::uint64_t cut = bytes * std::min(waits - kTargetUs, kTargetUs / 2) / kTargetUs;
  bytes_ = std::max(bytes_ - std::min(cut, bytes_), kLeast);
}

void PoliteWindow::delivered(std::uint32_t bytes,
                             std::uint64_t in_flight,
                             TimePoint asked_at,
                             TimePoint now) {
  see(now - asked_at, now);
  const bool was_alone = asked_at >= std::exchange(arrived_at_, now);
  if (looking_) {
    looking_ = !was_alone;
    return;
  }
  // A window that is not used says nothing of what a larger one would do (RFC 6817, 2.4.2).
  const bool is_used = 2 * in_flight >= bytes_;
  starting_ = starting_ && us(queueing_) <= us(kTarget) * 3 / 4;
  if (!starting_) return steer(bytes, is_used);
  if (is_used) grow(bytes);
}

void PoliteWindow::lost() {
  starting_ = false;
  bytes_ = std::max(bytes_ / 2, kLeast);
}

}  // namespace freshet::core::transfer
