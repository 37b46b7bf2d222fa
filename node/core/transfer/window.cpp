#include "node/core/transfer/window.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {
namespace {

constexpr Duration kMeasure = std::chrono::milliseconds(100);
constexpr Duration kLeanTime = std::chrono::milliseconds(60);
constexpr Duration kLongestWay = std::chrono::seconds(2);
constexpr Duration kLongestQueue = std::chrono::seconds(1);
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

}  // namespace

void Window::answered(Duration span) {
  delay_ = std::min(delay_.value_or(span), span);
}

void Window::resume(TimePoint now) {
  restart(now);
  is_first_ = true;
}

void Window::restart(TimePoint now) {
  since_ = now;
  bytes_ = 0;
  least_took_ = Duration::max();
}

std::uint32_t Window::lean_blocks(const Config& config) const {
  const auto time =
      static_cast<std::uint64_t>(std::max(kLeanTime, 2 * delay_.value_or(Duration{})).count());
  const std::uint64_t blocks = rate_ * (time / 1000) / 1'000'000 / wire::bt::kBlockBytes;
  return std::max(config.min_window,
                  static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks, blocks_)));
}

Duration Window::block_time() const {
  if (rate_ == 0) return {};
  return Duration{static_cast<std::int64_t>(wire::bt::kBlockBytes * kNanoseconds / rate_)};
}

// Twice the way there and back, so that the window grows until the link is full. A way that is long
// because of what others send must not make the window smaller, and that smaller the next: what
// came as late as that is counted once, and so keeps the window as it is. It may be this link's own
// blocks that wait, so not for long.
Duration Window::time_to_fill(const Config& config) const {
  const Duration way = std::min(2 * delay_.value_or(Duration{}), kLongestWay);
  return std::max({config.window_time, way, std::min(least_took_, kLongestQueue)});
}

void Window::delivered(const Config& config, std::uint32_t bytes, Duration took, TimePoint now) {
  if (!is_measured()) blocks_ = std::min(blocks_ + 1, config.max_window);
  if (std::exchange(is_first_, false)) {  // the way is no part of the rate
    answered(now - since_);
    restart(now);
    return;
  }
  bytes_ += bytes;
  least_took_ = std::min(least_took_, took);
  const Duration span = now - since_;
  if (span < kMeasure) return;
  const std::uint64_t rate = bytes_ * kNanoseconds / static_cast<std::uint64_t>(span.count());
  rate_ = rate_ == 0 ? rate : (rate_ + rate) / 2;
  const auto window_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time_to_fill(config)).count());
  const std::uint64_t blocks = rate_ * window_us / 1'000'000 / wire::bt::kBlockBytes;
  blocks_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(blocks, config.min_window, config.max_window));
  restart(now);
}

}  // namespace freshet::core::transfer
