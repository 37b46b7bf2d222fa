#include "node/core/transfer/window.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {
namespace {

constexpr Duration kMeasure = std::chrono::milliseconds(100);
constexpr Duration kLeanTime = std::chrono::milliseconds(60);
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

void Window::delivered(const Config& config, std::uint32_t bytes, TimePoint now) {
  bytes_ += bytes;
  const Duration span = now - since_;
  if (std::exchange(is_first_, false)) answered(span);
  if (!is_measured()) blocks_ = std::min(blocks_ + 1, config.max_window);
  if (span < kMeasure) return;
  const std::uint64_t rate = bytes_ * kNanoseconds / static_cast<std::uint64_t>(span.count());
  rate_ = rate_ == 0 ? rate : (rate_ + rate) / 2;
  const auto window_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(config.window_time).count());
  const std::uint64_t blocks = rate_ * window_us / 1'000'000 / wire::bt::kBlockBytes;
  blocks_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(blocks, config.min_window, config.max_window));
  restart(now);
}

}  // namespace freshet::core::transfer
