// Generated topologies: simple graphs, of the size and degree that were asked for, the same for the
// same seed.
#include "node/sim/topology.h"

#include <algorithm>
#include <numeric>
#include <string>

#include <doctest/doctest.h>

namespace freshet::sim {
namespace {

void check_simple(const Topology& topology) {
  CHECK(std::is_sorted(topology.edges.begin(), topology.edges.end()));
  CHECK(std::adjacent_find(topology.edges.begin(), topology.edges.end()) == topology.edges.end());
  CHECK(std::all_of(topology.edges.begin(), topology.edges.end(), [&](const Topology::Edge& edge) {
    return edge.first < edge.second && edge.second < topology.nodes;
  }));
}

double mean_degree(const Topology& topology) {
  return 2 * static_cast<double>(topology.edges.size()) / topology.nodes;
}

NodeIndex highest_degree(const Topology& topology) {
  const auto degrees = topology.degrees();
  return *std::max_element(degrees.begin(), degrees.end());
}

/// Of the neighbours' pairs, how many are linked: 0 to 1, over all nodes.
double clustering(const Topology& topology) {
  std::vector<std::vector<NodeIndex>> of(topology.nodes);
  for (const auto& [a, b] : topology.edges) {
    of[a].push_back(b);
    of[b].push_back(a);
  }
  double closed = 0;
  double pairs = 0;
  for (const auto& neighbours : of) {
    for (std::size_t i = 0; i < neighbours.size(); ++i) {
      for (std::size_t j = i + 1; j < neighbours.size(); ++j) {
        const auto [low, high] = std::minmax(neighbours[i], neighbours[j]);
        pairs += 1;
        closed += std::binary_search(
                      topology.edges.begin(), topology.edges.end(), Topology::Edge{low, high})
                      ? 1
                      : 0;
      }
    }
  }
  return closed / pairs;
}

const Rng kRng = Rng::from_seed(11);

}  // namespace

TEST_CASE("a grid takes any number of nodes, near to square, and is connected") {
  for (NodeIndex nodes = 1; nodes <= 70; ++nodes) {
    CAPTURE(nodes);
    const Topology topology = grid(nodes);
    CHECK(topology.nodes == nodes);
    check_simple(topology);
    CHECK(component_of(topology, 0).nodes == nodes);
    CHECK(highest_degree(topology) <= 4);
  }
  CHECK(grid(12).edges == grid(3, 4).edges);
  CHECK(grid(100).edges == grid(10, 10).edges);
}

TEST_CASE("an Erdős–Rényi graph has exactly the mean degree") {
  struct Size {
    NodeIndex nodes;
    NodeIndex degree;
  };
  for (const Size& size :
       {Size{1, 0}, Size{10, 0}, Size{10, 1}, Size{10, 9}, Size{10, 8}, Size{1000, 5}}) {
    CAPTURE(size.nodes);
    CAPTURE(size.degree);
    const Topology topology = erdos_renyi(size.nodes, size.degree, kRng);
    check_simple(topology);
    CHECK(topology.edges.size() == std::size_t{size.nodes} * size.degree / 2);
  }
}

TEST_CASE("degrees of an Erdős–Rényi graph are Poisson's") {
  const auto degrees = erdos_renyi(20'000, 6, kRng).degrees();
  double variance = 0;
  for (const NodeIndex degree : degrees) variance += (degree - 6.0) * (degree - 6.0) / 20'000;
  CHECK(variance == doctest::Approx(6).epsilon(0.1));
}

TEST_CASE("a Barabási–Albert graph is connected, of the mean degree, and has hubs") {
  for (const NodeIndex degree : {2U, 3U, 8U}) {
    CAPTURE(degree);
    const Topology topology = barabasi_albert(5000, degree, kRng);
    check_simple(topology);
    CHECK(component_of(topology, 0).nodes == 5000);
    CHECK(mean_degree(topology) == doctest::Approx(degree).epsilon(0.01));
    CHECK(highest_degree(topology) > 20 * degree);
  }
  for (NodeIndex nodes = 3; nodes < 12; ++nodes) {
    CAPTURE(nodes);
    for (NodeIndex degree = 2; degree < nodes; ++degree)
      check_simple(barabasi_albert(nodes, degree, kRng));
  }
}

TEST_CASE("a Watts–Strogatz graph goes from a lattice to a random graph") {
  const Topology ordered = watts_strogatz(1000, 8, 0, kRng);
  const Topology small_world = watts_strogatz(1000, 8, 0.1, kRng);
  const Topology random = watts_strogatz(1000, 8, 1, kRng);
  for (const Topology* topology : {&ordered, &small_world, &random}) {
    check_simple(*topology);
    CHECK(topology->edges.size() == 4000);
  }
  CHECK(clustering(ordered) == doctest::Approx(9.0 / 14));  // 3 (k - 2) / (4 (k - 1))
  CHECK(clustering(small_world) > 0.4);
  CHECK(clustering(random) < 0.03);
  CHECK(component_of(ordered, 0).by_distance.size() == 126);
  CHECK(component_of(small_world, 0).by_distance.size() < 12);
}

TEST_CASE("a Watts–Strogatz graph takes odd degrees, and small sizes") {
  CHECK(mean_degree(watts_strogatz(1000, 5, 0.2, kRng)) == 5);
  for (NodeIndex nodes = 3; nodes < 12; ++nodes) {
    for (NodeIndex degree = 2; degree < nodes; ++degree) {
      CAPTURE(nodes);
      CAPTURE(degree);
      check_simple(watts_strogatz(nodes, degree, 0.5, kRng));
    }
  }
}

TEST_CASE("the same seed draws the same graph, another one another") {
  const auto draw = [](std::uint64_t seed) {
    const Rng rng = Rng::from_seed(seed);
    return std::vector{random_regular(200, 5, rng).edges,
                       erdos_renyi(200, 5, rng).edges,
                       barabasi_albert(200, 5, rng).edges,
                       watts_strogatz(200, 5, 0.1, rng).edges};
  };
  const auto first = draw(1);
  CHECK(first == draw(1));
  const auto second = draw(2);
  for (std::size_t i = 0; i < first.size(); ++i) CHECK(first[i] != second[i]);
}

}  // namespace freshet::sim
