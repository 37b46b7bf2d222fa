#include "node/io/host/rate_share.h"

#include <algorithm>
#include <utility>

namespace freshet::io {

void RateShare::Use::moved(std::uint64_t bytes, TimePoint now) {
  const Step step{.at = now, .bytes = bytes};
  if (!std::exchange(begun_, true)) {
    steps_.fill(step);
    return;
  }
  const auto rate_since = [&](const Step& before) {
    const double seconds = std::chrono::duration<double>(step.at - before.at).count();
    return seconds <= 0 ? 0.0 : static_cast<double>(step.bytes - before.bytes) / seconds;
  };
  const Step& last = steps_[(oldest_ + kSteps - 1) % kSteps];
  if (now - last.at < kEvery / 2) return;  // one block would pass for a great use
  rate_ = static_cast<std::uint64_t>(std::max(rate_since(last), rate_since(steps_[oldest_])));
  steps_[oldest_] = step;
  oldest_ = (oldest_ + 1) % kSteps;
}

std::uint64_t RateShare::left_by(std::uint64_t use) const {
  return rate_ - std::min(use, rate_ / 2);
}

void RateShare::moved(const Moved& moved, TimePoint now) {
  nodes_.moved(moved.nodes, now);
  clients_.moved(moved.clients, now);
}

RateShare::Shares RateShare::shares() const {
  return {.nodes = left_by(clients_.rate()), .clients = left_by(nodes_.rate())};
}

}  // namespace freshet::io
