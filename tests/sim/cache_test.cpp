// Nodes that remember hits (`up --cache`), as a whole: who answers, what it saves, and that nothing
// is named that the query would not reach.
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

SimulationConfig with_caches(std::uint64_t seed) {
  SimulationConfig config = with_seed(seed);
  config.node.overlay.caches_hits = true;
  config.node.search.cache_age = 60s;
  return config;
}

Asking boat_from(NodeIndex origin, std::uint8_t ttl, std::uint32_t wanted = 1) {
  return {.origin = origin, .query = ask_for("boat"), .ttl = ttl, .wanted = wanted};
}

TEST_CASE(
    "a relay that passed a hit on answers the next one who asks, and says how far the node is") {
  FileTable files;
  put(files, 5, "blue boat");
  const Topology topology = line(6);
  Simulation simulation(topology, with_caches(1), files);
  must(simulation.settle());
  const QueryResult first = must(simulation.query(boat_from(2, 7)));
  CHECK(first.query_frames == 5);
  REQUIRE(first.hits.size() == 1);
  CHECK(first.hits[0].hops == 3);

  const QueryResult second = must(simulation.query(boat_from(0, 7)));
  CHECK(second.query_frames == 2);  // node 2 remembers it
  REQUIRE(second.hits.size() == 1);
  CHECK(second.hits[0].hops == 5);
  CHECK(second.hits[0].record.node == simulation.host().key_of(5));
  CHECK(simulation.host().node_counters().search.cache_answered == 1);

  const QueryResult third = must(simulation.query(boat_from(2, 7)));  // its own
  CHECK(third.query_frames == 0);
  REQUIRE(third.hits.size() == 1);
  CHECK(third.hits[0].hops == 3);
}

TEST_CASE("a cache names no node that the query's TTL does not reach") {
  FileTable files;
  put(files, 5, "blue boat");
  const Topology topology = line(6);
  for (const std::uint8_t ttl : {std::uint8_t{4}, std::uint8_t{5}}) {
    Simulation simulation(topology, with_caches(1), files);
    must(simulation.settle());
    must(simulation.query(boat_from(2, 7)));
    const QueryResult result = must(simulation.query(boat_from(0, ttl)));
    CHECK(result.hits.size() == (ttl == 5 ? 1 : 0));
    CHECK(result.query_frames == (ttl == 5 ? 2 : 4));
  }
}

TEST_CASE("who wants all there is asks everyone, and what is remembered ages") {
  FileTable files;
  put(files, 5, "blue boat");
  const Topology topology = line(6);
  Simulation simulation(topology, with_caches(1), files);
  must(simulation.settle());
  must(simulation.query(boat_from(2, 7)));
  CHECK(must(simulation.query(boat_from(0, 7, 0))).query_frames == 5);
  run_for(simulation.host(), 61s);
  CHECK(must(simulation.query(boat_from(0, 7))).query_frames == 5);
}

TEST_CASE("without a cache nothing is remembered") {
  FileTable files;
  put(files, 5, "blue boat");
  const Topology topology = line(6);
  Simulation simulation(topology, with_seed(1), files);
  must(simulation.settle());
  CHECK(must(simulation.query(boat_from(2, 7))).query_frames == 5);
  CHECK(must(simulation.query(boat_from(0, 7))).query_frames == 5);
  CHECK(simulation.host().node_counters().search.cache_stored == 0);
}

TEST_CASE("caches save messages of popular queries under random latency, and break no rule") {
  FileTable files;
  for (NodeIndex node = 0; node < 200; node += 20) put(files, node, "blue boat");
  const Topology topology = random_regular(200, 5, Rng::from_seed(3));
  std::uint64_t messages[2] = {0, 0};
  std::uint64_t digests[2] = {0, 0};
  for (const std::size_t run : {0U, 1U}) {
    SimulationConfig config = run == 0 ? with_seed(3) : with_caches(3);
    config.network.latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
    for (int repeat = 0; repeat < 2; ++repeat) {
      Simulation simulation(topology, config, files);
      must(simulation.settle());
      messages[run] = 0;
      for (NodeIndex origin = 1; origin < 60; origin += 3) {
        const QueryResult result = must(simulation.query(boat_from(origin, 7)));
        CHECK(result.distinct_hits > 0);
        messages[run] += result.messages;
      }
      if (repeat == 1) CHECK(digests[run] == simulation.digest());
      digests[run] = simulation.digest();
    }
  }
  CHECK(messages[1] < messages[0] / 2);
}

}  // namespace
}  // namespace freshet::sim::testing
