// The small front of the simulator for tests and benchmarks: nodes on a topology, and queries one
// after another. Owns everything that it needs but the content.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/core/node.h"
#include "node/sim/asker.h"
#include "node/sim/content.h"
#include "node/sim/host.h"
#include "node/sim/network.h"
#include "node/sim/query_log.h"
#include "node/sim/topology.h"

namespace freshet::sim {

struct SimulationConfig {
  std::uint64_t seed = 1;
  /// max_links is raised to the topology's highest degree.
  core::Config node = {};
  /// Nodes mend their overlay: they learn, remember and dial addresses. Otherwise links are those
  /// of the topology.
  bool discover = false;
  NetworkConfig network = {};
  QueryLog::Options log = {};
  /// After the last Hello, before faults and workload: what links measure of each other when they
  /// are new is known by then.
  Duration calm{};
  /// The command or test that repeats the run.
  std::string reproduce = "(unnamed)";
  /// The slow queue, to compare with.
  bool plain_queue = false;
};

class Simulation {
 public:
  /// `topology` and `content` outlive the simulation.
  Simulation(const Topology& topology, const SimulationConfig& config, const Content& content);

  /// Opens every link of the topology and runs until all have exchanged Hello. A batch of links at
  /// a time, so that what links need only while they greet is needed for few of them at once. Then,
  /// after the calm, the network's faults begin. `go_on` is asked between batches; false ends it.
  /// Errors: timed_out (links did not come up, or a rule was broken), canceled.
  Status settle(const std::function<bool()>& go_on = {});

  /// Asks, and runs until the query is over.
  Result<QueryResult> query(const Asking& asking, const Patience& patience = {}) {
    return run_query(host_, asking, patience);
  }
  /// A plain flood.
  Result<QueryResult> query(NodeIndex origin, const wire::Query& query, std::uint8_t ttl) {
    return run_query(host_, {.origin = origin, .query = query, .ttl = ttl});
  }

  [[nodiscard]] Host& host() { return host_; }
  [[nodiscard]] const Topology& topology() const { return topology_; }
  [[nodiscard]] std::uint64_t digest() const { return host_.digest(); }

 private:
  const Topology& topology_;
  Duration calm_;
  core::Config node_config_;
  Host host_;
};

}  // namespace freshet::sim
