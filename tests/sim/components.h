// What a mesh looks like from above: its components and its links.
#pragma once

#include <algorithm>
#include <cstddef>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/sim/host.h"

namespace freshet::sim::testing {

/// The graph of links that both ends hold, among the nodes that are awake.
class MeshGraph {
 public:
  explicit MeshGraph(const Host& host) : neighbours_(host.size()) {
    for (NodeIndex node = 0; node < host.size(); ++node) owners_.emplace(host.key_of(node), node);
    std::vector<std::pair<NodeIndex, NodeIndex>> ends;
    for (NodeIndex node = 0; node < host.size(); ++node) {
      const core::Node* alive = host.node(node);
      if (alive == nullptr) continue;
      nodes_.push_back(node);
      const auto& links = alive->overlay().links();
      for (const core::overlay::Link& link : links.all()) {
        if (link.state == core::overlay::LinkState::up)
          ends.emplace_back(node, owners_.at(links.peer_of(link).key));
      }
    }
    std::sort(ends.begin(), ends.end());
    ends.erase(std::unique(ends.begin(), ends.end()), ends.end());
    for (const auto& [a, b] : ends) {
      if (std::binary_search(ends.begin(), ends.end(), std::pair(b, a)))
        neighbours_[a].push_back(b);
    }
  }

  [[nodiscard]] const std::vector<NodeIndex>& of(NodeIndex node) const { return neighbours_[node]; }
  [[nodiscard]] std::size_t nodes() const { return nodes_.size(); }
  [[nodiscard]] double mean_degree() const {
    std::size_t ends = 0;
    for (const NodeIndex node : nodes_) ends += neighbours_[node].size();
    return nodes_.empty() ? 0 : static_cast<double>(ends) / static_cast<double>(nodes_.size());
  }
  [[nodiscard]] std::size_t highest_degree() const {
    std::size_t highest = 0;
    for (const NodeIndex node : nodes_) highest = std::max(highest, neighbours_[node].size());
    return highest;
  }
  /// Share of the nodes that are in the largest component.
  [[nodiscard]] double connected_share() const {
    std::vector<bool> seen(neighbours_.size());
    std::size_t largest = 0;
    for (const NodeIndex node : nodes_) {
      if (!seen[node]) largest = std::max(largest, visit(node, seen));
    }
    return nodes_.empty() ? 0 : static_cast<double>(largest) / static_cast<double>(nodes_.size());
  }
  /// Links between nodes below `border` and the others.
  [[nodiscard]] std::size_t links_across(NodeIndex border) const {
    std::size_t across = 0;
    for (const NodeIndex node : nodes_) {
      for (const NodeIndex other : neighbours_[node]) across += node < border && other >= border;
    }
    return across;
  }

 private:
  std::size_t visit(NodeIndex from, std::vector<bool>& seen) const {
    std::vector<NodeIndex> queue = {from};
    seen[from] = true;
    for (std::size_t at = 0; at < queue.size(); ++at) {
      for (const NodeIndex next : neighbours_[queue[at]]) {
        if (!seen[next]) queue.push_back(next);
        seen[next] = true;
      }
    }
    return queue.size();
  }

  std::unordered_map<NodeKey, NodeIndex, IdHash> owners_;  ///< never walked
  std::vector<NodeIndex> nodes_;
  std::vector<std::vector<NodeIndex>> neighbours_;
};

}  // namespace freshet::sim::testing
