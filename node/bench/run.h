// One run: one strategy on one seed under one variant of a scenario, from the empty simulator to
// filled results. Single-threaded, and the same for the same arguments.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"
#include "node/bench/scenario.h"
#include "node/sim/topology.h"

namespace freshet::bench {

struct RunPlan {
  const Scenario* scenario = nullptr;
  /// Of kind "file"; other kinds are drawn from the seed.
  const sim::Topology* file = nullptr;
  std::uint64_t seed = 0;
  core::overlay::StrategyId strategy = core::overlay::StrategyId::flood;
  Variant variant;
  std::string reproduce;  ///< one line that repeats it
};

/// How far a run is.
struct RunState {
  std::uint64_t queries_done = 0;
  std::uint64_t events = 0;
  Duration virtual_time{};  ///< since the workload began; 0 while links come up
};
/// Told now and then; false: stop, what is done is enough.
using GoOn = std::function<bool(const RunState&)>;

struct RunOutcome {
  Run run;
  std::uint64_t deliveries = 0;
};

/// Errors: verification, when a rule of the simulator was broken; invalid, when the scenario does
/// not fit its topology.
Result<RunOutcome> perform_run(const RunPlan& plan, const GoOn& go_on);

/// The topology of a scenario on a seed. REQUIRES: it is not of kind "file".
sim::Topology draw_topology(const TopologySpec& topology, std::uint64_t seed);
/// That of a file. Errors: invalid.
Result<sim::Topology> load_topology(const std::string& file);

}  // namespace freshet::bench
