#include "node/core/overlay/strategy/auto_plan.h"

#include <algorithm>

namespace freshet::core::overlay {
namespace {

// Rounds before the last one. Each costs the waiting for its answers.
constexpr std::uint8_t kRings = 2;

Round whole_mesh(const AutoState& state) {
  return {.guid = {}, .strategy = StrategyId::tree, .ttl = state.limit, .is_last = true};
}

Round ring(std::uint8_t ttl) {
  return {.guid = {}, .strategy = StrategyId::automatic, .ttl = ttl, .is_last = false};
}

}  // namespace

Round next_auto_round(const AutoState& state, const MeshView& mesh) {
  if (state.wanted == 0) return whole_mesh(state);  // all there is: no ring will do
  const std::uint8_t next =
      state.ring == 0 ? first_ring(mesh, state.limit)
                      : next_ring(mesh, state.ring, state.found, state.wanted, state.limit);
  if (state.rounds >= kRings || next >= state.limit) return whole_mesh(state);
  return ring(next);
}

}  // namespace freshet::core::overlay
