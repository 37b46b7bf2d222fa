#include "node/core/transfer/window.h"

#include <algorithm>

#include "node/wire/bt/messages.h"

namespace freshet::core::transfer {
namespace {

constexpr Duration kMeasure = std::chrono::milliseconds(100);
constexpr std::uint64_t kNanoseconds = 1'000'000'000;

}  // namespace

void Window::resume(TimePoint now) {
  since_ = now;
  bytes_ = 0;
}

Duration Window::block_time() const {
  if (rate_ == 0) return {};
  return Duration{static_cast<std::int64_t>(wire::bt::kBlockBytes * kNanoseconds / rate_)};
}

void Window::delivered(const Config& config, std::uint32_t bytes, TimePoint now) {
  bytes_ += bytes;
  const Duration span = now - since_;
  if (span < kMeasure) return;
  const std::uint64_t rate = bytes_ * kNanoseconds / static_cast<std::uint64_t>(span.count());
  rate_ = rate_ == 0 ? rate : (rate_ + rate) / 2;
  const auto window_us = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::microseconds>(config.window_time).count());
  const std::uint64_t blocks = rate_ * window_us / 1'000'000 / wire::bt::kBlockBytes;
  blocks_ = static_cast<std::uint32_t>(
      std::clamp<std::uint64_t>(blocks, config.min_window, config.max_window));
  resume(now);
}

}  // namespace freshet::core::transfer
