#include "node/io/host/rate_share.h"

#include <algorithm>

namespace freshet::io {
namespace {

constexpr std::uint64_t kStepsASecond = std::chrono::seconds(1) / RateShare::kEvery;

}  // namespace

std::uint64_t RateShare::Use::next(std::uint64_t moved) {
  if (!begun_) before_.fill(moved);
  begun_ = true;
  const std::uint64_t last = moved - before_[(at_ + kSteps - 1) % kSteps];
  const std::uint64_t all = moved - before_[at_];
  before_[at_] = moved;
  at_ = (at_ + 1) % kSteps;
  return std::max(last * kStepsASecond, all * kStepsASecond / kSteps);
}

std::uint64_t RateShare::left_by(std::uint64_t use) const {
  return rate_ - std::min(use, rate_ / 2);
}

RateShare::Shares RateShare::next(const Moved& moved) {
  const std::uint64_t by_nodes = nodes_.next(moved.nodes);
  const std::uint64_t by_clients = clients_.next(moved.clients);
  return {.nodes = left_by(by_clients), .clients = left_by(by_nodes)};
}

}  // namespace freshet::io
