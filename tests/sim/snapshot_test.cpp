// Floods over graphs with the shape of real ones: their cost, and their coverage by TTL, against
// breadth-first search. Snapshots of Gnutella (SNAP, 2002) are not part of the sources:
// FRESHET_TOPOLOGIES names the folder that has them.
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <numeric>

#include "tests/sim/full_flood.h"

namespace freshet::sim::testing {
namespace {

constexpr std::size_t kSources = 30;
constexpr std::array<std::uint8_t, 4> kTtls = {4, 5, 6, 7};

// Nodes within `ttl` links of the origin, itself not counted.
std::uint64_t within(const Component& component, std::uint8_t ttl) {
  const auto& by_distance = component.by_distance;
  const std::size_t end = std::min<std::size_t>(by_distance.size(), std::size_t{ttl} + 1);
  return std::accumulate(by_distance.begin() + 1,
                         by_distance.begin() + static_cast<std::ptrdiff_t>(end),
                         std::uint64_t{0});
}

// Every flood reaches what breadth-first search reaches. Prints the mean coverage by TTL.
void check_coverage(const Topology& topology, const std::string& name) {
  const NoContent nothing;
  Simulation simulation(topology, with_seed(1), nothing);
  must(simulation.settle());
  Rng rng = Rng::from_seed(1).fork("sources");
  std::array<double, kTtls.size()> coverage{};
  for (std::size_t i = 0; i < kSources; ++i) {
    const auto source = static_cast<NodeIndex>(rng.below(topology.nodes));
    const Component component = component_of(topology, source);
    for (std::size_t t = 0; t < kTtls.size(); ++t) {
      const QueryResult result = must(simulation.query(source, ask_for("boat"), kTtls[t]));
      CHECK(result.reached == within(component, kTtls[t]));
      coverage[t] += static_cast<double>(result.reached) / (topology.nodes - 1) / kSources;
    }
  }
  MESSAGE(name,
          ": coverage by TTL 4 to 7: ",
          coverage[0],
          " ",
          coverage[1],
          " ",
          coverage[2],
          " ",
          coverage[3]);
}

// One node of each component.
std::vector<NodeIndex> components_of(const Topology& topology) {
  std::vector<NodeIndex> leader(topology.nodes);
  std::iota(leader.begin(), leader.end(), NodeIndex{0});
  const auto find = [&](NodeIndex node) {
    while (leader[node] != node) node = leader[node] = leader[leader[node]];
    return node;
  };
  for (const auto& [a, b] : topology.edges) leader[find(b)] = find(a);
  std::vector<NodeIndex> leaders;
  for (NodeIndex node = 0; node < topology.nodes; ++node) {
    if (find(node) == node) leaders.push_back(node);
  }
  return leaders;
}

std::vector<std::filesystem::path> snapshots() {
  std::vector<std::filesystem::path> files;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): one thread
  const char* folder = std::getenv("FRESHET_TOPOLOGIES");
  if (folder == nullptr) {
    MESSAGE("skipped: FRESHET_TOPOLOGIES does not name a folder of edge lists");
    return files;
  }
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() == ".txt") files.push_back(entry.path());
  }
  CHECK_FALSE(files.empty());
  return files;
}

Topology load(const std::filesystem::path& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  auto topology = from_edge_list(text);
  REQUIRE(topology.ok());
  return std::move(*topology);
}

TEST_CASE("floods over a graph with hubs reach what breadth-first search reaches") {
  check_coverage(barabasi_albert(2000, 4, Rng::from_seed(1)), "barabasi-albert");
  check_coverage(erdos_renyi(1000, 3, Rng::from_seed(2)), "erdos-renyi");
}

TEST_CASE("floods over snapshots of Gnutella reach what breadth-first search reaches") {
  for (const auto& path : snapshots()) check_coverage(load(path), path.filename().string());
}

TEST_CASE("a full flood of each component of the snapshots costs 2E - N + 1 frames") {
  for (const auto& path : snapshots()) {
    const Topology topology = load(path);
    const auto origins = components_of(topology);
    MESSAGE(path.filename().string(), ": ", origins.size(), " components");
    for (const NodeIndex origin : origins) {
      CAPTURE(path.string());
      CAPTURE(origin);
      check_full_flood(topology, origin);
    }
  }
}

}  // namespace
}  // namespace freshet::sim::testing
