#include "node/core/overlay/strategy/auto_plan.h"

#include <algorithm>

namespace freshet::core::overlay {
namespace {

// Rounds that widen by one link; later ones by two. Where so many found nothing the mesh does not
// branch much, or what is wanted is rare.
constexpr std::uint8_t kNarrowRounds = 3;

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
  std::uint8_t next = first_ring(mesh, state.limit);
  if (state.ring > 0) {
    next = next_ring(mesh, state.ring, state.found, state.wanted, state.limit);
    if (state.rounds >= kNarrowRounds) next = std::max<std::uint8_t>(next, state.ring + 2);
  }
  if (next >= state.limit) return whole_mesh(state, mesh);
  return {.guid = {}, .strategy = StrategyId::automatic, .ttl = next, .is_last = false};
}

}  // namespace freshet::core::overlay
