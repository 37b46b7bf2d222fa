#include "node/core/overlay/strategy/strategy_set.h"

#include <algorithm>

#include "node/base/digest.h"

namespace freshet::core::overlay {

std::uint32_t StrategySet::pass_on(Turn& turn, StrategyId how, const Passing& query) {
  switch (how) {
    case StrategyId::flood:
    case StrategyId::ring:
      break;
    case StrategyId::walk:
      return walk().pass_on(turn, query);
    case StrategyId::tree:
      return tree().pass_on(turn, query);
    case StrategyId::routed:
      return routed().pass_on(turn, query);
    case StrategyId::automatic:
      return routed().pass_on_sparingly(turn, query);
  }
  return flood(turn, query);
}

void StrategySet::run(Turn& turn) {
  each([&](Strategy& strategy) {
    if (strategy.next() <= turn.now) strategy.run(turn);
  });
}

TimePoint StrategySet::next() const {
  TimePoint next = searches_.next();
  each([&](const Strategy& strategy) { next = std::min(next, strategy.next()); });
  return next;
}

void StrategySet::forget(LinkId link) {
  each([&](Strategy& strategy) { strategy.forget(link); });
}

std::uint64_t StrategySet::digest() const {
  Digest digest;
  each([&](const Strategy& strategy) { digest.add(strategy.digest()); });
  digest.add(searches_.digest());
  return digest.value();
}

}  // namespace freshet::core::overlay
