#include "node/core/overlay/strategy/strategy_set.h"

#include <algorithm>

#include "node/base/digest.h"

namespace freshet::core::overlay {

void StrategySet::pass_on(Turn& turn, StrategyId how, const Passing& query, Fanout& fanout) {
  switch (how) {
    case StrategyId::flood:
    case StrategyId::ring:
      flood(turn, fanout);
      break;
    case StrategyId::walk:
      walk().pass_on(turn, query, fanout);
      break;
    case StrategyId::tree:
      tree().pass_on(turn, query, fanout);
      break;
    case StrategyId::routed:
      routed().pass_on(turn, query, fanout);
      break;
    case StrategyId::automatic:
      routed().pass_on_sparingly(turn, query, fanout);
      break;
  }
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
