// One run of a scenario on real daemons: one strategy on one seed under one variant, from the first
// process to filled results. Placed, asked and crashed as the simulator would.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"
#include "node/bench/scenario.h"
#include "node/cli/testbed/wires.h"
#include "node/sim/topology.h"

namespace freshet::cli {

struct TestbedPlan {
  const bench::Scenario* scenario = nullptr;
  const sim::Topology* topology = nullptr;
  std::uint64_t seed = 0;
  core::overlay::StrategyId strategy = core::overlay::StrategyId::flood;
  bench::Variant variant;
  std::string program;                  ///< the freshet binary
  std::uint32_t dilation = 1;           ///< real seconds in a virtual one
  std::string capture;                  ///< folder for what crosses the links; empty: none
  std::optional<WireKind> netns;        ///< daemons in network namespaces; else on loopback
  std::optional<std::uint32_t> faulty;  ///< a node that passes no query on
};

/// How far a run is, and what its mesh does.
struct TestbedState {
  enum class Phase : std::uint8_t { starting, linking, running };
  Phase phase = Phase::starting;
  std::uint32_t nodes_ready = 0;
  std::uint64_t links = 0;
  std::uint64_t links_wanted = 0;
  std::uint32_t queries_done = 0;
  std::uint64_t deliveries = 0;
  std::uint32_t alive = 0;
  const std::vector<std::uint32_t>* links_by_node = nullptr;
};
/// Told a few times a second; false: stop, and keep what is done.
using TestbedGoOn = std::function<bool(const TestbedState&)>;

struct TestbedOutcome {
  bench::Run run;
  std::uint64_t deliveries = 0;
  std::uint64_t late = 0;       ///< not 0: the machine was too busy, and the run is worth nothing
  double worst_late_ms = 0;     ///< virtual
  double start_seconds = 0;     ///< until all listened
  double link_seconds = 0;      ///< from then on, until all links were up
  double cpu_seconds = 0;       ///< of the daemons
  std::uint64_t pss_bytes = 0;  ///< of all daemons, when the workload began
};

Result<TestbedOutcome> perform_testbed_run(const TestbedPlan& plan, const TestbedGoOn& go_on);

}  // namespace freshet::cli
