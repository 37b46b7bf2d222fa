// The closed form of a full flood at constant latency: 2E - N + 1 frames, E and N those of the
// origin's component, and at each hop as many nodes as breadth-first search finds there.
#pragma once

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {

inline constexpr std::uint8_t kEverywhere = 254;

inline void check_full_flood(const Topology& topology, NodeIndex origin, std::uint64_t seed = 1) {
  SimulationConfig config = with_seed(seed);
  config.node.overlay.max_ttl = 255;
  const NoContent nothing;
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  const QueryResult result = must(simulation.query(origin, ask_for("boat"), kEverywhere));
  const Component component = component_of(topology, origin);
  CHECK(result.query_frames == 2 * component.edges - component.nodes + 1);
  CHECK(result.reached == component.nodes - 1);
  CHECK(result.duplicates == result.query_frames - result.reached);
  REQUIRE(result.per_hop.size() >= component.by_distance.size());
  for (std::size_t hop = 1; hop < component.by_distance.size(); ++hop)
    CHECK(result.per_hop[hop].first == component.by_distance[hop]);
  CHECK(simulation.host().node_counters().overlay.query_reforwarded == 0);
}

}  // namespace freshet::sim::testing
