// The simulator as a run of a scenario needs it: a mesh that has settled, whose nodes die, leave
// and return, and which is asked. Everything of the bench that knows how the simulator is set up is
// here.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/base/time.h"
#include "node/bench/scenario.h"
#include "node/sim/asker.h"
#include "node/sim/content.h"
#include "node/sim/simulation.h"
#include "node/sim/topology.h"

namespace freshet::bench {

class SimWorld {
 public:
  using Done = sim::Asker::Done;

  /// The topology and the content outlive this; so does what `done` refers to. `reproduce`: one
  /// line that repeats the run.
  SimWorld(const Scenario& scenario,
           std::uint64_t seed,
           core::overlay::StrategyId strategy,
           const sim::Topology& topology,
           const sim::Content& content,
           std::string reproduce,
           Done done);

  /// All links are up; faults and the workload's clock begin.
  /// Errors of this and what follows: verification, when a rule of the simulator was broken.
  Status settle(const std::function<bool()>& go_on);
  /// Since the workload began.
  [[nodiscard]] Duration now() const { return at(host().now()); }
  [[nodiscard]] Duration at(TimePoint time) const { return time - began_; }
  Status run_until(Duration time);

  /// `number` comes back with the result.
  Status ask(const sim::Asking& asking, std::uint64_t number);
  /// Queries that are not over.
  [[nodiscard]] std::size_t active() const { return asker_.active(); }

  // REQUIRES: the node is alive; for come_back(), that it is not.
  void crash(sim::NodeIndex node);
  /// The end of a session, with or without a word. What the node knows of others is kept.
  void leave(sim::NodeIndex node);
  /// Back with what it knew; or, on a fixed topology, with its neighbours there as named peers.
  void come_back(sim::NodeIndex node);

  /// Live links of each node.
  [[nodiscard]] std::vector<std::uint32_t> degrees() const;
  [[nodiscard]] const sim::HostCounters& counters() const { return host().counters(); }
  [[nodiscard]] const sim::QueryLog& log() const { return host().log(); }
  [[nodiscard]] std::uint64_t digest() const { return simulation_.digest(); }

 private:
  struct Known {
    std::optional<NodeKey> key;
    Endpoint address;
  };

  [[nodiscard]] sim::Host& host() const { return simulation_.host(); }
  void prepare_sessions();
  [[nodiscard]] std::vector<Known> known_by(sim::NodeIndex node) const;
  void give(sim::NodeIndex node, const core::overlay::Input& input);

  bool discover_;
  bool graceful_;
  const sim::Topology& topology_;
  mutable sim::Simulation simulation_;  ///< its host() is not const
  sim::Asker asker_;
  TimePoint began_{};
  // For sessions. Hashed tables are never walked.
  std::unordered_map<sim::NodeIndex, std::vector<Known>> known_;    ///< by nodes that are away
  std::unordered_map<NodeKey, sim::NodeIndex, IdHash> key_owners_;  ///< with discover alone
  std::vector<std::vector<sim::NodeIndex>> neighbours_;             ///< without
};

/// What the results call a type of frame.
std::string name_of(wire::FrameType type);

}  // namespace freshet::bench
