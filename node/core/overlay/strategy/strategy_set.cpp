#include "node/core/overlay/strategy/strategy_set.h"

#include <algorithm>

#include "node/base/digest.h"
#include "node/core/overlay/strategy/mesh_view.h"
#include "node/core/overlay/strategy/tabled_tree.h"

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
    case StrategyId::tabled_tree:
      return pass_on_by_tables(turn, query, tree(), routed());
  }
  return flood(turn, query);
}

MeshView StrategySet::view(const Turn& turn) const {
  MeshView mesh = mesh_view(turn);
  if (tree_) mesh.tree_depth = tree_->depth();
  return mesh;
}

void StrategySet::run(Turn& turn) {
  each([&](Strategy& strategy) {
    if (strategy.next() <= turn.now) strategy.run(turn);
  });
  if (tallies_) tallies_->run(turn);
}

TimePoint StrategySet::next() const {
  TimePoint next = searches_.next();
  each([&](const Strategy& strategy) { next = std::min(next, strategy.next()); });
  if (tallies_) next = std::min(next, tallies_->next());
  return next;
}

void StrategySet::forget(Turn& turn, LinkId link, bool was_branch) {
  each([&](Strategy& strategy) { strategy.forget(turn, link, was_branch); });
  if (tallies_) tallies_->forget(turn, link);
}

std::uint64_t StrategySet::digest() const {
  Digest digest;
  each([&](const Strategy& strategy) { digest.add(strategy.digest()); });
  digest.add(searches_.digest());
  if (tallies_) digest.add(tallies_->digest());
  return digest.value();
}

}  // namespace freshet::core::overlay
