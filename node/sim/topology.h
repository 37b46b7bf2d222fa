// Who is linked to whom at the start of a simulation. Every generator is deterministic: the same
// arguments and generator give the same edges in the same order.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

#include "node/base/result.h"
#include "node/base/rng.h"
#include "node/sim/network.h"

namespace freshet::sim {

/// An undirected simple graph.
struct Topology {
  using Edge = std::pair<NodeIndex, NodeIndex>;  ///< first < second
  static Edge edge(NodeIndex a, NodeIndex b) { return a < b ? Edge{a, b} : Edge{b, a}; }

  NodeIndex nodes = 0;
  std::vector<Edge> edges;            ///< ascending, each once
  std::vector<std::uint64_t> labels;  ///< of an edge list, by node; otherwise empty

  [[nodiscard]] std::vector<NodeIndex> degrees() const;
};

// REQUIRES for all: at least one node.
Topology line(NodeIndex nodes);
/// REQUIRES: at least 3 nodes.
Topology ring(NodeIndex nodes);
Topology grid(NodeIndex rows, NodeIndex columns);
/// As near to square as so many nodes can be: rows as long as the square root, rounded up, and the
/// last one what is left.
Topology grid(NodeIndex nodes);
Topology complete(NodeIndex nodes);
/// Node 0 in the middle.
Topology star(NodeIndex nodes);

/// Every node has `degree` neighbours; connected. Configuration model: stubs are paired at random,
/// loops and double edges are mended by switching with random edges, and what is not connected is
/// drawn again. REQUIRES: 2 <= degree < nodes, nodes * degree even.
Topology random_regular(NodeIndex nodes, NodeIndex degree, Rng rng);

/// nodes * degree / 2 links, every such graph with the same chance: G(n, M). Not always connected.
/// REQUIRES: degree < nodes.
Topology erdos_renyi(NodeIndex nodes, NodeIndex degree, Rng rng);

/// Grows from a complete graph: each new node links to degree / 2 others (of an odd degree, to one
/// more every other time), which are drawn in proportion to the links that they have. Connected.
/// REQUIRES: 2 <= degree < nodes.
Topology barabasi_albert(NodeIndex nodes, NodeIndex degree, Rng rng);

/// A ring where each node is linked to its `degree` nearest (of an odd degree, every other node to
/// one more on one side), and each link's far end is drawn anew with chance `rewire`. Not always
/// connected. REQUIRES: 2 <= degree < nodes.
Topology watts_strogatz(NodeIndex nodes, NodeIndex degree, double rewire, Rng rng);

/// An edge list as SNAP publishes it: two labels a line, # begins a comment. Duplicate edges,
/// reversed ones and loops are dropped; nodes are numbered in the order of their labels.
Result<Topology> from_edge_list(std::string_view text);

/// The part of a topology that holds one node.
struct Component {
  std::uint64_t nodes = 0;
  std::uint64_t edges = 0;
  /// Nodes at each distance from that node; [0] is 1.
  std::vector<std::uint64_t> by_distance;
};
Component component_of(const Topology& topology, NodeIndex node);

}  // namespace freshet::sim
