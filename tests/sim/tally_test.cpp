// Tallies against the simulator's own accounts, which watch from outside: exact on static graphs
// whatever the latency, TTL and strategy that let it be so; "at least" where frames, nodes or
// languages are lost.
#include <array>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

using core::StrategyId;

wire::Query tallied(const std::string& word) {
  wire::Query query = ask_for(word);
  query.tally = true;
  return query;
}

std::uint64_t frames_of(const QueryResult& result, wire::FrameType type) {
  for (const auto& of_type : result.by_type) {
    if (of_type.type == type) return of_type.traffic.frames;
  }
  return 0;
}
std::uint64_t bytes_of(const QueryResult& result, wire::FrameType type) {
  for (const auto& of_type : result.by_type) {
    if (of_type.type == type) return of_type.traffic.bytes;
  }
  return 0;
}

std::uint32_t farthest(const QueryResult& result) {
  std::uint32_t hops = 0;
  for (std::uint32_t hop = 1; hop < result.per_hop.size(); ++hop) {
    if (result.per_hop[hop].first > 0) hops = hop;
  }
  return hops;
}

// What its origin was told is what the simulator saw.
void check_exact(const QueryResult& result) {
  REQUIRE(result.tally.has_value());
  const wire::TallyCounts& counts = result.tally->counts;
  CHECK(result.tally->is_settled);
  CHECK(result.tally->is_exact);
  CHECK(counts.nodes == result.reached);
  CHECK(counts.queries == result.query_frames);
  CHECK(counts.query_bytes == bytes_of(result, wire::FrameType::query));
  CHECK(counts.duplicates == result.duplicates);
  CHECK(counts.tallies == frames_of(result, wire::FrameType::tally));
  CHECK(counts.hops == farthest(result));
  CHECK(counts.silent == 0);
}

std::vector<Topology> graphs(std::uint64_t seed) {
  return {line(12),
          ring(16),
          grid(6, 6),
          complete(12),
          star(20),
          random_regular(200, 5, Rng::from_seed(seed)),
          barabasi_albert(150, 5, Rng::from_seed(seed))};
}

NetworkConfig jitter() {
  NetworkConfig network;
  network.latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
  return network;
}

TEST_CASE("of a full flood a tally tells 2E - N + 1 messages and N - 1 nodes, for N - 1 frames") {
  const NoContent nothing;
  for (const Topology& topology : graphs(1)) {
    CAPTURE(topology.nodes);
    Simulation simulation(topology, with_seed(1), nothing);
    must(simulation.settle());
    const QueryResult result = must(simulation.query(0, tallied("boat"), 15));
    check_exact(result);
    const wire::TallyCounts& counts = result.tally->counts;
    CHECK(counts.nodes == topology.nodes - 1);
    CHECK(counts.queries == 2 * topology.edges.size() - topology.nodes + 1);
    CHECK(counts.tallies == topology.nodes - 1);
  }
}

TEST_CASE("a tally is exact under random latency, at every TTL, though copies are sent again") {
  const NoContent nothing;
  std::uint64_t again = 0;
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    for (const Topology& topology : graphs(seed)) {
      CAPTURE(seed);
      CAPTURE(topology.nodes);
      SimulationConfig config = with_seed(seed);
      config.network = jitter();
      Simulation simulation(topology, config, nothing);
      must(simulation.settle());
      for (const int hops : {0, 1, 2, 3, 4, 5, 7, 15}) {
        const auto ttl = static_cast<std::uint8_t>(hops);
        CAPTURE(ttl);
        check_exact(must(simulation.query(ttl % topology.nodes, tallied("boat"), ttl)));
      }
      again += simulation.host().node_counters().overlay.query_reforwarded;
      CHECK(simulation.host().node_counters().overlay.tallies_stray == 0);
    }
  }
  CHECK(again > 1000);  // else this tested little
}

TEST_CASE("rings, routed searches and those of auto that need no tree are told exactly") {
  const Topology topology = random_regular(200, 6, Rng::from_seed(1));
  for (const StrategyId strategy : {StrategyId::ring, StrategyId::routed, StrategyId::automatic}) {
    CAPTURE(core::to_string(strategy));
    FileTable files;
    for (NodeIndex node = 5; node < 200; node += 10) put(files, node, "blue boat");
    SimulationConfig config = with_seed(3);
    config.network = jitter();
    Simulation simulation(topology, config, files);
    must(simulation.settle());
    for (NodeIndex origin = 0; origin < 5; ++origin) {
      const QueryResult result = must(simulation.query(
          {.origin = origin, .query = tallied("boat"), .strategy = strategy, .wanted = 5}));
      check_exact(result);
    }
  }
}

// A tally of these may be open; what it says is never too much.
TEST_CASE("by tree and by walkers a tally is exact, or says that it is not") {
  const Topology topology = random_regular(200, 6, Rng::from_seed(2));
  for (const StrategyId strategy : {StrategyId::tree, StrategyId::walk, StrategyId::automatic}) {
    CAPTURE(core::to_string(strategy));
    const NoContent nothing;
    SimulationConfig config = with_seed(4);
    config.network = jitter();
    Simulation simulation(topology, config, nothing);
    must(simulation.settle());
    for (NodeIndex origin = 0; origin < 8; ++origin) {
      const QueryResult result = must(
          simulation.query({.origin = origin, .query = tallied("boat"), .strategy = strategy}));
      REQUIRE(result.tally.has_value());
      const wire::TallyCounts& counts = result.tally->counts;
      CHECK(counts.nodes <= result.reached);
      CHECK(counts.queries <= result.query_frames);
      CHECK(counts.nodes > 0);
      if (result.tally->is_exact) check_exact(result);
    }
  }
}

TEST_CASE("with loss a tally says what was reached at least, after no longer than its TTL allows") {
  const NoContent nothing;
  for (const double loss : {0.02, 0.2}) {
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(loss);
      CAPTURE(seed);
      const Topology topology = random_regular(100, 4, Rng::from_seed(seed));
      SimulationConfig config = with_seed(seed);
      config.network = jitter();
      config.network.loss = loss;
      Simulation simulation(topology, config, nothing);
      must(simulation.settle());
      Host& host = simulation.host();
      const auto track = host.ask({.origin = 0, .query = tallied("boat"), .ttl = 7});
      REQUIRE(track.has_value());
      run_for(host, 8 * config.node.overlay.tally_step);
      const QueryResult result = host.take_result(*track);
      REQUIRE(result.tally.has_value());
      const wire::TallyCounts& counts = result.tally->counts;
      CHECK(result.tally->is_settled);
      CHECK_FALSE(result.tally->is_exact);
      CHECK(counts.silent > 0);
      CHECK(counts.nodes <= result.reached);
      CHECK(counts.queries <= result.query_frames);
      CHECK(counts.duplicates <= result.duplicates);
    }
  }
}

TEST_CASE("a node that died without a word leaves the tally of the others, and is missed") {
  const NoContent nothing;
  const Topology topology = grid(5, 5);
  SimulationConfig config = with_seed(6);
  Simulation simulation(topology, config, nothing);
  must(simulation.settle());
  Host& host = simulation.host();
  host.crash(12);  // the middle one
  const auto track = host.ask({.origin = 0, .query = tallied("boat"), .ttl = 8});
  REQUIRE(track.has_value());
  run_for(host, 9 * config.node.overlay.tally_step);
  const QueryResult result = host.take_result(*track);
  REQUIRE(result.tally.has_value());
  CHECK(result.tally->is_settled);
  CHECK_FALSE(result.tally->is_exact);
  CHECK(result.tally->counts.nodes == 23);
  CHECK(result.reached == 23);
  CHECK(result.tally->counts.silent >= 2);
}

TEST_CASE("queries without the wish send no tally, and those with it send the same copies") {
  const Topology topology = random_regular(100, 5, Rng::from_seed(9));
  const NoContent nothing;
  std::array<QueryResult, 2> results;
  for (const bool wishes : {false, true}) {
    Simulation simulation(topology, with_seed(9), nothing);
    must(simulation.settle());
    results[wishes ? 1 : 0] =
        must(simulation.query(3, wishes ? tallied("boat") : ask_for("boat"), 7));
  }
  CHECK(frames_of(results[0], wire::FrameType::tally) == 0);
  CHECK_FALSE(results[0].tally.has_value());
  CHECK(results[0].query_frames == results[1].query_frames);
  CHECK(results[0].duplicates == results[1].duplicates);
  CHECK(results[0].reached == results[1].reached);
}

}  // namespace
}  // namespace freshet::sim::testing
