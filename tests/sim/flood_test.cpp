// Floods over small static topologies, node for node.
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

TEST_CASE("two nodes find each other's file") {
  FileTable files;
  put(files, 1, "blue boat.txt");
  const Topology topology = line(2);
  Simulation simulation(topology, with_seed(1), files);
  must(simulation.settle());
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
  CHECK(result.query_frames == 1);
  CHECK(result.reached == 1);
  REQUIRE(result.hits.size() == 1);
  CHECK(result.hits[0].hops == 1);
  CHECK(result.hits[0].after == 100ms);
  CHECK(result.hits[0].record.node == simulation.host().key_of(1));
  REQUIRE(result.hits[0].record.files.size() == 1);
  CHECK(result.hits[0].record.files[0].name == "blue boat.txt");
}

TEST_CASE("a node's own files are found at 0 hops, also with TTL 0") {
  FileTable files;
  put(files, 0, "boat");
  const Topology topology = line(2);
  Simulation simulation(topology, with_seed(1), files);
  must(simulation.settle());
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 0));
  CHECK(result.query_frames == 0);
  REQUIRE(result.hits.size() == 1);
  CHECK(result.hits[0].hops == 0);
  CHECK(result.hits[0].after == 0ms);
}

TEST_CASE("five nodes in a line: the far end is found with TTL 4 and not with TTL 3") {
  FileTable files;
  put(files, 4, "boat");
  const Topology topology = line(5);
  Simulation simulation(topology, with_seed(1), files);
  must(simulation.settle());

  const QueryResult near = must(simulation.query(0, ask_for("boat"), 3));
  CHECK(near.hits.empty());
  CHECK(near.reached == 3);
  CHECK(near.query_frames == 3);

  const QueryResult far = must(simulation.query(0, ask_for("boat"), 4));
  REQUIRE(far.hits.size() == 1);
  CHECK(far.hits[0].hops == 4);
  CHECK(far.query_frames == 4);  // nothing was sent twice
  CHECK(far.duplicates == 0);
  CHECK(far.hit_frames == 4);  // back along the line
  CHECK(far.reached == 4);
}

TEST_CASE("a ring and a complete graph of eight: one hit for each match, duplicates counted") {
  FileTable files;
  for (const NodeIndex node : {NodeIndex{2}, NodeIndex{5}, NodeIndex{6}}) put(files, node, "boat");
  for (const Topology& topology : {ring(8), complete(8)}) {
    Simulation simulation(topology, with_seed(2), files);
    must(simulation.settle());
    const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
    CHECK(result.hits.size() == 3);
    CHECK(result.reached == 7);
    CHECK(result.query_frames == 2 * topology.edges.size() - 8 + 1);
    CHECK(result.duplicates == result.query_frames - 7);
    CHECK(result.duplicates > 0);
    const auto& counters = simulation.host().node_counters().overlay;
    CHECK(counters.query_first == result.first);
    CHECK(counters.query_duplicates == result.duplicates);
    CHECK(counters.query_reforwarded == 0);
    CHECK(counters.hits_sent == 3);
  }
}

TEST_CASE("each hop is reached at its own time and counted apart") {
  const NoContent nothing;
  const Topology topology = grid(3, 3);
  Simulation simulation(topology, with_seed(3), nothing);
  must(simulation.settle());
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
  REQUIRE(result.per_hop.size() >= 5);
  CHECK(result.per_hop[1].first == 2);
  CHECK(result.per_hop[2].first == 3);
  CHECK(result.per_hop[3].first == 2);
  CHECK(result.per_hop[4].first == 1);
}

// One run, from the first Hello to the last hit.
std::uint64_t run(NodeIndex nodes, std::uint64_t seed) {
  FileTable files;
  put(files, nodes - 1, "boat");
  put(files, nodes / 2, "boat");
  const Topology topology =
      nodes == 2 ? line(2) : random_regular(nodes, 4, Rng::from_seed(seed).fork("topology"));
  Simulation simulation(topology, with_seed(seed), files);
  must(simulation.settle());
  for (NodeIndex origin = 0; origin < 2; ++origin)
    must(simulation.query(origin, ask_for("boat"), 7));
  run_for(simulation.host(), 60s);
  CHECK(simulation.host().counters().closed == 0);
  return simulation.digest();
}

TEST_CASE("the same seed gives the same digest, and another seed another") {
  for (const NodeIndex nodes : {NodeIndex{2}, NodeIndex{64}}) {
    CAPTURE(nodes);
    std::uint64_t last = 0;
    for (std::uint64_t seed = 1; seed <= 5; ++seed) {
      CAPTURE(seed);
      const std::uint64_t once = run(nodes, seed);
      CHECK(once == run(nodes, seed));
      CHECK(once != last);
      last = once;
    }
  }
}

TEST_CASE("several queries at a time are told apart") {
  FileTable files;
  put(files, 3, "boat");
  put(files, 5, "sail");
  const Topology topology = ring(8);
  Simulation simulation(topology, with_seed(4), files);
  must(simulation.settle());
  Host& host = simulation.host();
  const auto boat = host.ask({.origin = 0, .query = ask_for("boat")});
  const auto sail = host.ask({.origin = 1, .query = ask_for("sail")});
  REQUIRE((boat.has_value() && sail.has_value()));
  while (!host.is_done(*boat) || !host.is_done(*sail)) REQUIRE(host.step(TimePoint::max()));
  const QueryResult first = host.take_result(*boat);
  const QueryResult second = host.take_result(*sail);
  CHECK(first.query_frames == 9);
  CHECK(second.query_frames == 9);
  REQUIRE(first.hits.size() == 1);
  CHECK(first.hits[0].record.node == host.key_of(3));
  REQUIRE(second.hits.size() == 1);
  CHECK(second.hits[0].record.node == host.key_of(5));
}

}  // namespace
}  // namespace freshet::sim::testing
