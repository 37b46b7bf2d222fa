// Adds up what the daemons of a testbed say of themselves to the figures of a run. Pure: hears
// plain data, and knows no process. What a node says is cumulative, so the last word of one that
// was killed still counts.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <vector>

#include "node/base/ids.h"
#include "node/bench/results.h"
#include "node/io/testbed/news.h"
#include "node/sim/network.h"

namespace freshet::bench {

class TestbedLog {
 public:
  explicit TestbedLog(sim::NodeIndex nodes) : nodes_(nodes) {}

  /// A query is about to be asked. Accounts of other GUIDs are not kept.
  void asked(std::uint32_t query, const Guid& guid, sim::NodeIndex origin, std::uint64_t alive);
  /// True when it said something new of a query.
  bool hear(sim::NodeIndex node, const io::testbed::News& news);
  /// From now on deliveries that are late count.
  void begin();

  /// Whether everything that was sent of a query arrived or vanished, and its origin is not at it
  /// any more. Nodes that died took with them what was on its way: then it never is.
  [[nodiscard]] bool is_at_rest(const Guid& guid) const;
  /// Frames sent and arrived: the same twice while it is at rest, all nodes heard in between, means
  /// that nothing is under way (Mattern, "Algorithms for distributed termination detection", 1987).
  [[nodiscard]] std::uint64_t moves(const Guid& guid) const;
  [[nodiscard]] std::uint64_t late() const;
  [[nodiscard]] std::uint64_t deliveries() const;
  /// Since begin(), virtual.
  [[nodiscard]] Duration worst_late() const { return worst_late_; }
  [[nodiscard]] std::uint32_t links_of(sim::NodeIndex node) const {
    return nodes_[node].news.links;
  }
  [[nodiscard]] std::uint64_t link_ends() const;

  /// `began`: virtual time at which the workload did. Route tables' bytes are not in it.
  [[nodiscard]] std::optional<QueryRow> row(const Guid& guid, TimePoint began) const;
  [[nodiscard]] std::vector<HopCount> hops() const;
  [[nodiscard]] std::vector<NodeLoad> loads(const std::vector<std::uint32_t>& degrees) const;
  /// Frames and bytes by type of frame.
  [[nodiscard]] std::vector<io::testbed::TypeCount> traffic() const;

 private:
  struct Node {
    io::testbed::News news;  ///< the last, without its queries
    std::uint64_t late_before = 0;
  };
  struct Query {
    std::uint32_t number = 0;
    sim::NodeIndex origin = sim::kNoNode;
    std::uint64_t alive = 0;
    std::uint64_t out = 0;  ///< frames, of all nodes
    std::uint64_t in = 0;   ///< that arrived or vanished
    std::map<sim::NodeIndex, io::testbed::QueryAccount> accounts;
  };

  std::vector<Node> nodes_;
  Duration worst_late_{};
  std::map<Guid, Query> queries_;
};

}  // namespace freshet::bench
