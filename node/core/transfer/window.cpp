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

std::uint64_t blocks_in(Duration time, std::uint64_t rate) {
  const auto micros = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(time).count());
  return rate * micros / 1'000'000 / wire::bt::kBlockBytes;
}

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

// What was seen of the way may be too much: a first block that waited behind others' says so. Where
// it is far, a quarter more than it is enough.
std::uint32_t Window::lean_blocks(const Config& config) const {
  const Duration way = delay_.value_or(Duration{});
  const Duration time =
      std::max(kLeanTime, std::min(2 * way, std::max(config.window_time, way + way / 4)));
  return std::max(
      config.min_window,
      static_cast<std::uint32_t>(std::min<std::uint64_t>(blocks_in(time, rate_), blocks_)));
}

Duration Window::block_time() const {
  if (rate_ == 0) return {};
  return Duration{static_cast<std::int64_t>(wire::bt::kBlockBytes * kNanoseconds / rate_)};
}

// Twice the way there and back, so that the window grows until the link is full. A way that others'
// traffic makes longer must not make the window smaller, and that smaller the next: there it stays
// as it is. It may be this link's own blocks that wait, so a second's worth at most.
std::uint32_t Window::next_blocks(const Config& config) const {
  const Duration way = std::min(2 * delay_.value_or(Duration{}), kLongestWay);
  const Duration time = std::max(config.window_time, way);
  std::uint64_t blocks = blocks_in(time, rate_);
  if (least_took_ > time)
    blocks = std::max(blocks, std::min<std::uint64_t>(blocks_, blocks_in(kLongestQueue, rate_)));
  return static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(blocks, config.min_window, config.max_window));
}

void Window::delivered(const Config& config, const Block& block, TimePoint now) {
  if (!is_measured() && 2 * block.in_flight >= blocks_)
    blocks_ = std::min(blocks_ + 1, config.max_window);
  if (std::exchange(is_first_, false)) {  // the way is no part of the rate
    first_took_ = now - since_;
    answered(first_took_);
    restart(now);
    return;
  }
  bytes_ += block.bytes;
  least_took_ = std::min(least_took_, block.took);
  const Duration span = now - since_;
  if (span < kMeasure) return;
  const std::uint64_t rate = bytes_ * kNanoseconds / static_cast<std::uint64_t>(span.count());
  rate_ = rate_ == 0 ? rate : (rate_ + rate) / 2;
  blocks_ = next_blocks(config);
  restart(now);
}

}  // namespace freshet::core::transfer
