// How well each strategy searches: what it finds beside a flood, and what it may cost. The figures
// are bounds with room; README.md has the measured ones.
#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

using core::StrategyId;

constexpr std::uint32_t kObjects = 100;

std::string object(std::uint64_t number) {
  return "object" + std::to_string(number);
}

// A mesh in which every object has the same number of holders.
struct Mesh {
  Mesh(NodeIndex nodes, NodeIndex degree, NodeIndex holders, std::uint64_t seed)
      : topology(random_regular(nodes, degree, Rng::from_seed(seed))),
        rng(Rng::from_seed(seed).fork("queries")) {
    for (std::uint32_t number = 0; number < kObjects; ++number) {
      std::set<NodeIndex> chosen;
      while (chosen.size() < holders) chosen.insert(static_cast<NodeIndex>(rng.below(nodes)));
      for (const NodeIndex node : chosen) put(files, node, "holiday photo " + object(number));
    }
    config = with_seed(seed);
    config.network.latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
    config.node.overlay.max_ttl = 255;
  }

  Topology topology;
  FileTable files;
  Rng rng;
  SimulationConfig config;
};

struct Question {
  NodeIndex origin = 0;
  std::uint32_t object = 0;
};

std::vector<Question> questions(Mesh& mesh, std::size_t count) {
  std::vector<Question> all;
  for (std::size_t i = 0; i < count; ++i) {
    all.push_back({.origin = static_cast<NodeIndex>(mesh.rng.below(mesh.topology.nodes)),
                   .object = static_cast<std::uint32_t>(mesh.rng.below(kObjects))});
  }
  return all;
}

struct Asked {
  StrategyId strategy = StrategyId::flood;
  std::uint8_t ttl = 7;
  std::uint32_t wanted = 0;
};

// One after the other, in one simulation: tables and trees stay.
std::vector<QueryResult> ask_all(const Mesh& mesh,
                                 const std::vector<Question>& all,
                                 const Asked& how) {
  Simulation simulation(mesh.topology, mesh.config, mesh.files);
  must(simulation.settle());
  std::vector<QueryResult> results;
  for (const Question& question : all) {
    results.push_back(must(simulation.query({.origin = question.origin,
                                             .query = ask_for(object(question.object)),
                                             .ttl = how.ttl,
                                             .strategy = how.strategy,
                                             .wanted = how.wanted})));
  }
  return results;
}

template <typename Figure>
double mean(const std::vector<QueryResult>& results, Figure figure) {
  double sum = 0;
  for (const QueryResult& result : results) sum += static_cast<double>(figure(result));
  return sum / static_cast<double>(results.size());
}

double successes(const std::vector<QueryResult>& results) {
  return mean(results, [](const QueryResult& each) { return each.first_hit ? 1 : 0; });
}

// Relative message redundancy (Plumtree), announcements, grafts and prunes included: frames beyond
// the one copy that each node needs, per node.
double redundancy(const std::vector<QueryResult>& results, NodeIndex nodes) {
  return mean(results, [](const QueryResult& each) { return each.messages; }) / (nodes - 1) - 1;
}

// The tree has grown until then.
std::vector<QueryResult> later_half(const std::vector<QueryResult>& results) {
  return {results.begin() + static_cast<std::ptrdiff_t>(results.size() / 2), results.end()};
}

TEST_CASE("routed loses no hit of a flood, and sends few last hops") {
  for (const std::uint64_t seed : {1, 2}) {
    CAPTURE(seed);
    Mesh mesh(500, 6, 5, seed);
    const auto all = questions(mesh, 60);
    const auto flooded = ask_all(mesh, all, {.strategy = StrategyId::flood, .ttl = 3});
    const auto routed = ask_all(mesh, all, {.strategy = StrategyId::routed, .ttl = 3});
    double last_hops = 0;
    double sent = 0;
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK(routed[i].distinct_hits == flooded[i].distinct_hits);
      const auto frames_at = [](const QueryResult& result, std::size_t hop) {
        return hop < result.per_hop.size()
                   ? static_cast<double>(result.per_hop[hop].first + result.per_hop[hop].duplicates)
                   : 0.0;
      };
      last_hops += frames_at(flooded[i], 3);
      sent += frames_at(routed[i], 3);
    }
    CHECK(sent <= 0.1 * last_hops);
  }
}

TEST_CASE("the tree misses nobody and costs little more than one copy a node") {
  Mesh mesh(1000, 5, 5, 3);
  auto all = questions(mesh, 100);
  SUBCASE("from origins at random") {
    const auto results = ask_all(mesh, all, {.strategy = StrategyId::tree, .ttl = 40});
    for (const QueryResult& result : results) CHECK(result.reached == 999);
    CHECK(redundancy(results, 1000) <= 0.1);
    CHECK(redundancy(later_half(results), 1000) <= 0.01);
  }
  SUBCASE("from one origin") {
    for (Question& question : all) question.origin = 17;
    const auto results = ask_all(mesh, all, {.strategy = StrategyId::tree, .ttl = 40});
    for (const QueryResult& result : results) CHECK(result.reached == 999);
    CHECK(redundancy(results, 1000) <= 0.1);
    CHECK(redundancy(later_half(results), 1000) <= 0.01);
  }
}

// The nodes of the biggest component of those that live.
std::vector<NodeIndex> survivors(const Topology& topology, const std::vector<bool>& crashed) {
  std::vector<std::vector<NodeIndex>> neighbours(topology.nodes);
  for (const auto& [a, b] : topology.edges) {
    if (crashed[a] || crashed[b]) continue;
    neighbours[a].push_back(b);
    neighbours[b].push_back(a);
  }
  std::vector<bool> seen(topology.nodes);
  std::vector<NodeIndex> biggest;
  for (NodeIndex start = 0; start < topology.nodes; ++start) {
    if (crashed[start] || seen[start]) continue;
    std::vector<NodeIndex> part = {start};
    seen[start] = true;
    for (std::size_t i = 0; i < part.size(); ++i) {
      for (const NodeIndex next : neighbours[part[i]]) {
        if (!seen[next]) part.push_back(next);
        seen[next] = true;
      }
    }
    if (part.size() > biggest.size()) biggest = std::move(part);
  }
  return biggest;
}

TEST_CASE(
    "after half the nodes crash the tree reaches those that are still connected within 30 s") {
  Mesh mesh(1000, 8, 5, 4);
  Simulation simulation(mesh.topology, mesh.config, mesh.files);
  must(simulation.settle());
  const auto ask_of = [&](NodeIndex origin) {
    return must(simulation.query(
        {.origin = origin, .query = ask_for(object(1)), .ttl = 60, .strategy = StrategyId::tree}));
  };
  for (NodeIndex i = 0; i < 5; ++i) ask_of(i);  // the tree grows
  std::vector<bool> crashed(1000);
  Rng rng = Rng::from_seed(5);
  for (std::size_t gone = 0; gone < 500;) {
    const auto node = static_cast<NodeIndex>(rng.below(1000));
    if (crashed[node]) continue;
    crashed[node] = true;
    simulation.host().crash(node);
    ++gone;
  }
  const std::vector<NodeIndex> alive = survivors(mesh.topology, crashed);
  const QueryResult result = ask_of(alive.front());
  CHECK(static_cast<double>(result.reached) >= 0.999 * static_cast<double>(alive.size() - 1));
  REQUIRE(result.last_reached.has_value());
  CHECK(*result.last_reached <= 30s);
}

TEST_CASE("a ring stops when enough was found, and costs no more than plain rings") {
  struct Model {
    NodeIndex nodes;
    NodeIndex holders;
    bool is_random;  // latency; else waiting for a ring is exact
  };
  for (const Model& model : {Model{.nodes = 64, .holders = 1, .is_random = false},
                             Model{.nodes = 64, .holders = 1, .is_random = true},
                             Model{.nodes = 256, .holders = 3, .is_random = false},
                             Model{.nodes = 256, .holders = 3, .is_random = true},
                             Model{.nodes = 1000, .holders = 10, .is_random = true}}) {
    CAPTURE(model.nodes);
    CAPTURE(model.is_random);
    Mesh mesh(model.nodes, 5, model.holders, 6);
    if (!model.is_random) mesh.config.network.latency = {};
    const auto all = questions(mesh, 80);
    const auto rings = ask_all(mesh, all, {.strategy = StrategyId::ring, .wanted = 1});
    // A plain expanding ring floods anew with TTL 1, 2, 3, … until something is found.
    double plain = 0;
    std::vector<bool> found(all.size());
    for (std::uint8_t ttl = 1; ttl <= 7; ++ttl) {
      const auto floods = ask_all(mesh, all, {.strategy = StrategyId::flood, .ttl = ttl});
      for (std::size_t i = 0; i < all.size(); ++i) {
        if (found[i]) continue;
        plain += static_cast<double>(floods[i].query_frames);
        found[i] = floods[i].first_hit.has_value();
      }
    }
    const double messages = mean(rings, [](const QueryResult& each) { return each.messages; });
    CHECK(successes(rings) == doctest::Approx(mean(rings, [&](const QueryResult& each) {
            return found[static_cast<std::size_t>(&each - rings.data())] ? 1 : 0;
          })));
    CHECK(messages <= plain / static_cast<double>(all.size()));
  }
}

TEST_CASE("walkers are few, and check back") {
  Mesh mesh(500, 6, 25, 7);
  const auto results =
      ask_all(mesh, questions(mesh, 30), {.strategy = StrategyId::walk, .ttl = 30, .wanted = 1});
  CHECK(successes(results) >= 0.9);
  for (const QueryResult& result : results) {
    CHECK(result.query_frames <= 16 * 30);
    CHECK(result.messages >= result.query_frames);
  }
}

TEST_CASE("auto finds what a flood finds, for less") {
  for (const NodeIndex holders : {1, 10, 50}) {
    CAPTURE(holders);
    Mesh mesh(500, 6, holders, 8);
    const auto all = questions(mesh, 60);
    const auto flooded = ask_all(mesh, all, {.strategy = StrategyId::flood, .ttl = 9});
    const auto searched =
        ask_all(mesh, all, {.strategy = StrategyId::automatic, .ttl = 9, .wanted = 1});
    CHECK(successes(searched) >= successes(flooded) - 0.02);
    const auto bytes = [](const QueryResult& each) {
      return each.bytes;
    };
    CHECK(mean(searched, bytes) < 0.6 * mean(flooded, bytes));
  }
}

TEST_CASE("every strategy repeats itself byte for byte on the same seed") {
  Mesh mesh(150, 5, 3, 9);
  const auto all = questions(mesh, 10);
  for (std::size_t number = 0; number < core::kStrategyNames.size(); ++number) {
    const Asked how{.strategy = static_cast<StrategyId>(number), .ttl = 7, .wanted = 1};
    CAPTURE(core::to_string(how.strategy));
    const auto once = ask_all(mesh, all, how);
    const auto again = ask_all(mesh, all, how);
    for (std::size_t i = 0; i < all.size(); ++i) {
      CHECK(once[i].messages == again[i].messages);
      CHECK(once[i].bytes == again[i].bytes);
      CHECK(once[i].first_hit == again[i].first_hit);
    }
  }
}

}  // namespace
}  // namespace freshet::sim::testing
