#include "node/sim/topology.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <optional>
#include <string>
#include <utility>

#include "node/base/check.h"

namespace freshet::sim {
namespace {

using Edge = Topology::Edge;

struct Adjacency {
  explicit Adjacency(const Topology& topology) : first(topology.nodes + std::size_t{1}) {
    for (const auto& [a, b] : topology.edges) {
      ++first[a + std::size_t{1}];
      ++first[b + std::size_t{1}];
    }
    for (std::size_t i = 1; i < first.size(); ++i) first[i] += first[i - 1];
    neighbours.resize(first.back());
    std::vector<std::size_t> next(first.begin(), first.end() - 1);
    for (const auto& [a, b] : topology.edges) {
      neighbours[next[a]++] = b;
      neighbours[next[b]++] = a;
    }
  }
  std::vector<std::size_t> first;
  std::vector<NodeIndex> neighbours;
};

// One line of an edge list; nullopt when it is not two numbers.
std::optional<std::pair<std::uint64_t, std::uint64_t>> parse_edge(std::string_view line) {
  std::pair<std::uint64_t, std::uint64_t> edge;
  const char* at = line.data();
  const char* const end = line.data() + line.size();
  for (std::uint64_t* label : {&edge.first, &edge.second}) {
    while (at != end && (*at == ' ' || *at == '\t')) ++at;
    const auto [rest, error] = std::from_chars(at, end, *label);
    if (error != std::errc{}) return std::nullopt;
    at = rest;
  }
  while (at != end && (*at == ' ' || *at == '\t')) ++at;
  if (at != end) return std::nullopt;
  return edge;
}

using LabelledEdges = std::vector<std::pair<std::uint64_t, std::uint64_t>>;

Result<LabelledEdges> parse_edges(std::string_view text) {
  LabelledEdges edges;
  std::size_t number = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    ++number;
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    if (line.empty() || line.front() == '#') continue;
    const auto edge = parse_edge(line);
    if (!edge) {
      return Error{ErrorCode::invalid,
                   "edge list: line " + std::to_string(number) + " is not two numbers"};
    }
    edges.push_back(*edge);
  }
  return edges;
}

}  // namespace

std::vector<NodeIndex> Topology::degrees() const {
  std::vector<NodeIndex> degrees(nodes);
  for (const auto& [a, b] : edges) {
    ++degrees[a];
    ++degrees[b];
  }
  return degrees;
}

Topology line(NodeIndex nodes) {
  Topology topology{.nodes = nodes, .edges = {}, .labels = {}};
  for (NodeIndex node = 1; node < nodes; ++node) topology.edges.emplace_back(node - 1, node);
  return topology;
}

Topology ring(NodeIndex nodes) {
  FRESHET_CHECK(nodes >= 3);
  Topology topology = line(nodes);
  topology.edges.emplace_back(0, nodes - 1);
  std::sort(topology.edges.begin(), topology.edges.end());
  return topology;
}

Topology grid(NodeIndex rows, NodeIndex columns) {
  Topology topology{.nodes = rows * columns, .edges = {}, .labels = {}};
  for (NodeIndex row = 0; row < rows; ++row) {
    for (NodeIndex column = 0; column < columns; ++column) {
      const NodeIndex node = row * columns + column;
      if (column + 1 < columns) topology.edges.emplace_back(node, node + 1);
      if (row + 1 < rows) topology.edges.emplace_back(node, node + columns);
    }
  }
  return topology;
}

Topology grid(NodeIndex nodes) {
  NodeIndex columns = 1;
  while (std::uint64_t{columns} * columns < nodes) ++columns;
  Topology topology{.nodes = nodes, .edges = {}, .labels = {}};
  for (NodeIndex node = 0; node < nodes; ++node) {
    if ((node + 1) % columns != 0 && node + 1 < nodes) topology.edges.emplace_back(node, node + 1);
    if (node + columns < nodes) topology.edges.emplace_back(node, node + columns);
  }
  return topology;
}

Topology complete(NodeIndex nodes) {
  Topology topology{.nodes = nodes, .edges = {}, .labels = {}};
  for (NodeIndex a = 0; a < nodes; ++a) {
    for (NodeIndex b = a + 1; b < nodes; ++b) topology.edges.emplace_back(a, b);
  }
  return topology;
}

Topology star(NodeIndex nodes) {
  Topology topology{.nodes = nodes, .edges = {}, .labels = {}};
  for (NodeIndex node = 1; node < nodes; ++node) topology.edges.emplace_back(0, node);
  return topology;
}

Result<Topology> from_edge_list(std::string_view text) {
  auto parsed = parse_edges(text);
  if (!parsed) return parsed.error();
  Topology topology;
  for (const auto& [a, b] : *parsed) {
    topology.labels.push_back(a);
    topology.labels.push_back(b);
  }
  std::sort(topology.labels.begin(), topology.labels.end());
  topology.labels.erase(std::unique(topology.labels.begin(), topology.labels.end()),
                        topology.labels.end());
  topology.nodes = static_cast<NodeIndex>(topology.labels.size());
  const auto index_of = [&](std::uint64_t label) {
    return static_cast<NodeIndex>(
        std::lower_bound(topology.labels.begin(), topology.labels.end(), label)
        - topology.labels.begin());
  };
  for (const auto& [a, b] : *parsed) {
    if (a != b) topology.edges.push_back(Topology::edge(index_of(a), index_of(b)));
  }
  std::sort(topology.edges.begin(), topology.edges.end());
  topology.edges.erase(std::unique(topology.edges.begin(), topology.edges.end()),
                       topology.edges.end());
  return topology;
}

Component component_of(const Topology& topology, NodeIndex node) {
  const Adjacency adjacency(topology);
  std::vector<bool> seen(topology.nodes);
  std::vector<NodeIndex> level{node};
  seen[node] = true;
  Component component;
  std::uint64_t ends = 0;
  while (!level.empty()) {
    component.nodes += level.size();
    component.by_distance.push_back(level.size());
    std::vector<NodeIndex> next;
    for (const NodeIndex at : level) {
      ends += adjacency.first[at + std::size_t{1}] - adjacency.first[at];
      for (std::size_t i = adjacency.first[at]; i < adjacency.first[at + std::size_t{1}]; ++i) {
        const NodeIndex neighbour = adjacency.neighbours[i];
        if (seen[neighbour]) continue;
        seen[neighbour] = true;
        next.push_back(neighbour);
      }
    }
    level = std::move(next);
  }
  component.edges = ends / 2;
  return component;
}

}  // namespace freshet::sim
