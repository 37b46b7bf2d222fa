// A full flood at constant latency costs exactly 2E - N + 1 Query frames: every node passes the
// query on once, to all its neighbours but one; the origin to all. E and N are those of the
// origin's component.
#include "tests/sim/full_flood.h"

namespace freshet::sim::testing {
namespace {

TEST_CASE("a full flood over a line costs 2E - N + 1 frames") {
  check_full_flood(line(50), 0);
  check_full_flood(line(50), 20);
}
TEST_CASE("a full flood over a ring costs 2E - N + 1 frames") {
  check_full_flood(ring(31), 4);
  check_full_flood(ring(32), 4);
}
TEST_CASE("a full flood over a grid costs 2E - N + 1 frames") {
  check_full_flood(grid(9, 13), 57);
}
TEST_CASE("a full flood over a complete graph costs 2E - N + 1 frames") {
  check_full_flood(complete(24), 3);
}
TEST_CASE("a full flood over a star costs 2E - N + 1 frames") {
  check_full_flood(star(100), 0);
  check_full_flood(star(100), 99);
}
TEST_CASE("a full flood over random regular graphs costs 2E - N + 1 frames") {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    CAPTURE(seed);
    check_full_flood(random_regular(256, 5 + seed % 2, Rng::from_seed(seed)), 0, seed);
  }
}

// Under random latency a copy may overtake another one that has more TTL left. What is passed on
// again for that is counted apart; the rest is the same.
TEST_CASE("a full flood under random latency costs 2E - N + 1 frames, and those sent again") {
  const std::vector<Topology> topologies{line(50),
                                         ring(31),
                                         grid(9, 13),
                                         complete(24),
                                         star(100),
                                         random_regular(256, 5, Rng::from_seed(1))};
  for (const Topology& topology : topologies) {
    CAPTURE(topology.nodes);
    SimulationConfig config = with_seed(7);
    config.node.overlay.max_ttl = 255;
    config.network.latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
    const NoContent nothing;
    Simulation simulation(topology, config, nothing);
    must(simulation.settle());
    const QueryResult result = must(simulation.query(0, ask_for("boat"), kEverywhere));
    const Component component = component_of(topology, 0);
    const std::uint64_t again = simulation.host().node_counters().overlay.query_reforwarded;
    CHECK(result.query_frames - again == 2 * component.edges - component.nodes + 1);
    CHECK(result.reached == component.nodes - 1);
    CHECK(result.first == component.nodes - 1);
    CHECK(result.duplicates == result.query_frames - result.first);
  }
}

}  // namespace
}  // namespace freshet::sim::testing
