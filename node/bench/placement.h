// Which nodes hold which objects. Object 0 is the most popular one.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "node/base/rng.h"
#include "node/bench/scenario.h"
#include "node/sim/network.h"

namespace freshet::bench {

/// How many copies each object has among `holders` nodes that may hold things. Their sum is
/// replication * nodes * objects, as near as at least one and at most `holders` copies of each
/// allow. REQUIRES: holders > 0.
std::vector<std::uint32_t> copies_of(const ContentSpec& content,
                                     sim::NodeIndex nodes,
                                     sim::NodeIndex holders);

/// Compact: four bytes a copy.
class ObjectTable {
 public:
  /// The same arguments and generator give the same table. REQUIRES: nodes > 0.
  ObjectTable(const ContentSpec& content, sim::NodeIndex nodes, const Rng& rng);

  [[nodiscard]] sim::NodeIndex nodes() const { return nodes_; }
  [[nodiscard]] std::uint32_t objects() const {
    return static_cast<std::uint32_t>(first_.size() - 1);
  }
  [[nodiscard]] std::size_t copies() const { return holders_.size(); }
  /// Ascending.
  [[nodiscard]] std::span<const sim::NodeIndex> holders(std::uint32_t object) const {
    return std::span(holders_).subspan(first_[object],
                                       first_[object + std::size_t{1}] - first_[object]);
  }
  [[nodiscard]] bool holds(sim::NodeIndex node, std::uint32_t object) const;

 private:
  sim::NodeIndex nodes_;
  std::vector<std::size_t> first_;  ///< of each object's holders; one more than objects
  std::vector<sim::NodeIndex> holders_;
};

/// The same the other way round: what each node holds. Four more bytes a copy.
class ObjectsByNode {
 public:
  explicit ObjectsByNode(const ObjectTable& table);
  /// Ascending.
  [[nodiscard]] std::span<const std::uint32_t> objects(sim::NodeIndex node) const {
    return std::span(objects_).subspan(first_[node], first_[node + std::size_t{1}] - first_[node]);
  }

 private:
  std::vector<std::size_t> first_;  ///< of each node's objects; one more than nodes
  std::vector<std::uint32_t> objects_;
};

}  // namespace freshet::bench
