#include "node/io/host/up_share.h"

#include <algorithm>

namespace freshet::io {
namespace {

constexpr std::uint64_t kStepsASecond = std::chrono::seconds(1) / UpShare::kEvery;

}  // namespace

std::uint64_t UpShare::Use::next(std::uint64_t sent) {
  if (!begun_) before_.fill(sent);
  begun_ = true;
  const std::uint64_t last = sent - before_[(at_ + kSteps - 1) % kSteps];
  const std::uint64_t all = sent - before_[at_];
  before_[at_] = sent;
  at_ = (at_ + 1) % kSteps;
  return std::max(last * kStepsASecond, all * kStepsASecond / kSteps);
}

std::uint64_t UpShare::left_by(std::uint64_t use) const {
  return rate_ - std::min(use, rate_ / 2);
}

UpShare::Shares UpShare::next(std::uint64_t to_nodes, std::uint64_t to_clients) {
  const std::uint64_t by_nodes = nodes_.next(to_nodes);
  const std::uint64_t by_clients = clients_.next(to_clients);
  return {.nodes = left_by(by_clients), .clients = left_by(by_nodes)};
}

}  // namespace freshet::io
