// The topologies that are drawn from a generator.
#include <algorithm>
#include <cstddef>
#include <utility>
#include <vector>

#include <tsl/robin_set.h>

#include "node/base/check.h"
#include "node/base/digest.h"
#include "node/sim/topology.h"

namespace freshet::sim {
namespace {

using Edge = Topology::Edge;

constexpr int kRewireTries = 1000;

struct EdgeHash {
  std::size_t operator()(const Edge& edge) const {
    return static_cast<std::size_t>(Digest::mix((std::uint64_t{edge.first} << 32U) | edge.second));
  }
};
/// Only asked for membership, never for its order.
using EdgeSet = tsl::robin_set<Edge, EdgeHash>;

Topology from_edges(NodeIndex nodes, std::vector<Edge> edges) {
  std::sort(edges.begin(), edges.end());
  return {.nodes = nodes, .edges = std::move(edges), .labels = {}};
}

// Edges that are being paired.
class Pairing {
 public:
  Pairing(NodeIndex nodes, NodeIndex degree, Rng& rng) : rng_(rng) {
    std::vector<NodeIndex> stubs;
    stubs.reserve(std::size_t{nodes} * degree);
    for (NodeIndex node = 0; node < nodes; ++node) stubs.insert(stubs.end(), degree, node);
    for (std::size_t i = stubs.size(); i > 1; --i) std::swap(stubs[i - 1], stubs[rng_.below(i)]);
    for (std::size_t i = 0; i + 1 < stubs.size(); i += 2)
      pairs_.emplace_back(stubs[i], stubs[i + 1]);
  }

  /// False when the bad pairs could not be mended.
  bool mend() {
    std::vector<std::size_t> bad;
    good_.reserve(pairs_.size());
    for (std::size_t i = 0; i < pairs_.size(); ++i) {
      if (!insert(pairs_[i])) bad.push_back(i);
    }
    std::vector<bool> is_bad(pairs_.size());
    for (const std::size_t i : bad) is_bad[i] = true;
    std::size_t tries = 1000 + 100 * bad.size();
    while (!bad.empty() && tries-- > 0) {
      const std::size_t other = rng_.below(pairs_.size());
      if (is_bad[other] || !switch_ends(pairs_[bad.back()], pairs_[other])) continue;
      is_bad[bad.back()] = false;
      bad.pop_back();
    }
    return bad.empty();
  }

  [[nodiscard]] std::vector<Edge> edges() const {
    std::vector<Edge> edges;
    edges.reserve(pairs_.size());
    for (const auto& [a, b] : pairs_) edges.push_back(Topology::edge(a, b));
    std::sort(edges.begin(), edges.end());
    return edges;
  }

 private:
  bool insert(const Edge& pair) {
    return pair.first != pair.second
           && good_.insert(Topology::edge(pair.first, pair.second)).second;
  }

  // (a b) (c d) become (a c) (b d). Only `good` is in the set before.
  bool switch_ends(Edge& bad, Edge& good) {
    const Edge one{bad.first, good.first};
    const Edge two{bad.second, good.second};
    if (one.first == one.second || two.first == two.second
        || Topology::edge(one.first, one.second) == Topology::edge(two.first, two.second)) {
      return false;
    }
    if (good_.contains(Topology::edge(one.first, one.second))
        || good_.contains(Topology::edge(two.first, two.second))) {
      return false;
    }
    good_.erase(Topology::edge(good.first, good.second));
    insert(one);
    insert(two);
    bad = one;
    good = two;
    return true;
  }

  Rng& rng_;
  std::vector<Edge> pairs_;
  EdgeSet good_;
};

/// `count` edges, each of those that are possible with the same chance, in order of drawing.
std::vector<Edge> draw_edges(NodeIndex nodes, std::uint64_t count, Rng& rng) {
  std::vector<Edge> edges;
  edges.reserve(count);
  EdgeSet drawn;
  drawn.reserve(count);
  while (edges.size() < count) {
    const auto a = static_cast<NodeIndex>(rng.below(nodes));
    const auto b = static_cast<NodeIndex>(rng.below(nodes));
    if (a != b && drawn.insert(Topology::edge(a, b)).second) edges.push_back(Topology::edge(a, b));
  }
  return edges;
}

/// All edges but those, which are ascending.
std::vector<Edge> all_but(NodeIndex nodes, const std::vector<Edge>& without) {
  std::vector<Edge> edges;
  auto skip = without.begin();
  for (NodeIndex a = 0; a < nodes; ++a) {
    for (NodeIndex b = a + 1; b < nodes; ++b) {
      if (skip != without.end() && *skip == Edge{a, b}) {
        ++skip;
      } else {
        edges.emplace_back(a, b);
      }
    }
  }
  return edges;
}

/// The ring lattice that Watts and Strogatz start from, nearest neighbours first.
std::vector<Edge> lattice(NodeIndex nodes, NodeIndex degree) {
  std::vector<Edge> edges;
  for (NodeIndex step = 1; step <= (degree + 1) / 2; ++step) {
    const bool is_half = 2 * step > degree;  // of an odd degree: for every other node
    for (NodeIndex node = 0; node < nodes; node += is_half ? 2 : 1)
      edges.emplace_back(node, (node + step) % nodes);
  }
  return edges;
}

}  // namespace

Topology random_regular(NodeIndex nodes, NodeIndex degree, Rng rng) {
  FRESHET_CHECK(degree >= 2 && degree < nodes && std::uint64_t{nodes} * degree % 2 == 0);
  if (degree + 1 == nodes) return complete(nodes);  // nothing to draw, and nothing to switch with
  while (true) {
    Pairing pairing(nodes, degree, rng);
    if (!pairing.mend()) continue;
    Topology topology{.nodes = nodes, .edges = pairing.edges(), .labels = {}};
    if (component_of(topology, 0).nodes == nodes) return topology;
  }
}

Topology erdos_renyi(NodeIndex nodes, NodeIndex degree, Rng rng) {
  FRESHET_CHECK(degree < nodes);
  const std::uint64_t possible = std::uint64_t{nodes} * (nodes - 1) / 2;
  const std::uint64_t count = std::uint64_t{nodes} * degree / 2;
  if (count <= possible / 2) return from_edges(nodes, draw_edges(nodes, count, rng));
  const Topology missing = from_edges(nodes, draw_edges(nodes, possible - count, rng));
  return {.nodes = nodes, .edges = all_but(nodes, missing.edges), .labels = {}};
}

Topology barabasi_albert(NodeIndex nodes, NodeIndex degree, Rng rng) {
  FRESHET_CHECK(degree >= 2 && degree < nodes);
  const NodeIndex fewer = degree / 2;
  const NodeIndex more = degree - fewer;
  std::vector<Edge> edges = complete(more + 1).edges;
  // Every node as often as it has links: a draw from here prefers those with many.
  std::vector<NodeIndex> ends;
  const std::uint64_t expected = std::uint64_t{nodes} * degree / 2;
  edges.reserve(expected);
  ends.reserve(2 * expected);
  for (const auto& [a, b] : edges) ends.insert(ends.end(), {a, b});
  std::vector<NodeIndex> linked_to(nodes, kNoNode);
  for (NodeIndex node = more + 1; node < nodes; ++node) {
    const std::size_t before = ends.size();
    for (NodeIndex left = node % 2 == 0 ? fewer : more; left > 0;) {
      const NodeIndex other = ends[rng.below(before)];
      if (std::exchange(linked_to[other], node) == node) continue;
      edges.emplace_back(other, node);
      ends.insert(ends.end(), {other, node});
      --left;
    }
  }
  return from_edges(nodes, std::move(edges));
}

Topology watts_strogatz(NodeIndex nodes, NodeIndex degree, double rewire, Rng rng) {
  FRESHET_CHECK(degree >= 2 && degree < nodes);
  EdgeSet present;
  std::vector<Edge> edges;
  for (const auto& [a, b] : lattice(nodes, degree)) {
    if (present.insert(Topology::edge(a, b)).second) edges.emplace_back(a, b);
  }
  for (auto& [node, other] : edges) {
    if (rng.unit() >= rewire) continue;
    // A node that has nearly all others for neighbours may not find a new one.
    for (int tries = 0; tries < kRewireTries; ++tries) {
      const auto drawn = static_cast<NodeIndex>(rng.below(nodes));
      if (drawn == node || !present.insert(Topology::edge(node, drawn)).second) continue;
      present.erase(Topology::edge(node, other));
      other = drawn;
      break;
    }
  }
  for (Edge& edge : edges) edge = Topology::edge(edge.first, edge.second);
  return from_edges(nodes, std::move(edges));
}

}  // namespace freshet::sim
