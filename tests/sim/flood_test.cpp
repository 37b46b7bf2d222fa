// Floods over small static topologies, node for node.
#include <cstdlib>
#include <vector>

#include <doctest/doctest.h>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

TEST_CASE("two nodes find each other's file") {
  FileTable files;
  put(files, 1, "blue boat.txt");
  const Topology topology = line(2);
  Simulation simulation(topology, with_seed(1), files);
  REQUIRE(simulation.settle().ok());
  const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
  CHECK(result.query_frames == 1);
  CHECK(result.reached == 1);
  REQUIRE(result.hits.size() == 1);
  CHECK(result.hits[0].hops == 1);
  CHECK(result.hits[0].after == std::chrono::milliseconds(100));
  CHECK(result.hits[0].record.node == simulation.host().key_of(1));
  REQUIRE(result.hits[0].record.files.size() == 1);
  CHECK(result.hits[0].record.files[0].name == "blue boat.txt");
}

}  // namespace
}  // namespace freshet::sim::testing
