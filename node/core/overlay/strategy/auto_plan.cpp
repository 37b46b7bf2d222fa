#include "node/core/overlay/strategy/auto_plan.h"

#include <algorithm>

namespace freshet::core::overlay {
namespace {

// The first round asks the neighbours alone, and each further one this many times as many nodes.
// Rounds are waited for one after another, so they must be few: with rings of 1 and r links before
// it, a third round that finds something r + 1 links away takes twice a flood's time and no more.
constexpr double kFirstReach = 4;
constexpr double kGrowth = 14;
// Later rounds widen by two links at least: where so many found nothing, the mesh does not branch
// much.
constexpr std::uint8_t kGrowingRounds = 3;

std::uint8_t wider_ring(const AutoState& state, const MeshView& mesh) {
  std::uint8_t next = next_ring(mesh, state.ring, state.found, state.wanted, state.limit);
  while (next < state.limit && reach(mesh, next) < kGrowth * reach(mesh, state.ring)) ++next;
  if (state.rounds < kGrowingRounds) return next;
  return std::max(next, static_cast<std::uint8_t>(state.ring + 2));
}

// The tree's branches lead over its root, so a query may have to climb as far as it must then
// descend; where the TTL does not allow that, a flood reaches more.
Round whole_mesh(const AutoState& state, const MeshView& mesh) {
  const bool tree_suffices = state.limit >= 2 * mesh.tree_depth + 1;
  return {.guid = {},
          .strategy = tree_suffices ? StrategyId::tabled_tree : StrategyId::automatic,
          .ttl = state.limit,
          .is_last = true};
}

}  // namespace

Round next_auto_round(const AutoState& state, const MeshView& mesh) {
  if (state.wanted == 0) return whole_mesh(state, mesh);  // all there is: no ring will do
  const std::uint8_t next =
      state.ring == 0 ? ring_reaching(mesh, kFirstReach, state.limit) : wider_ring(state, mesh);
  if (next >= state.limit) return whole_mesh(state, mesh);
  return {.guid = {}, .strategy = StrategyId::automatic, .ttl = next, .is_last = false};
}

}  // namespace freshet::core::overlay
