// What a run in the simulator and one on real daemons take from a scenario and a seed alike, so
// that both do the same.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/bench/scenario.h"
#include "node/core/node.h"
#include "node/sim/topology.h"

namespace freshet::bench {

/// How a node is set up: its limits fit the topology, and walkers step by the seed.
core::Config node_config(const Scenario& scenario,
                         std::uint64_t seed,
                         const sim::Topology& topology);

/// Links when the workload began, from each node's. On a fixed topology those are its edges.
std::uint64_t links_in(const Scenario& scenario,
                       const sim::Topology& topology,
                       const std::vector<std::uint32_t>& degrees);

/// The GUID of a run's query.
Guid guid_of_query(std::uint64_t seed, std::uint32_t query);

/// The node's label in the topology's file, or its number.
std::uint64_t label_of(const sim::Topology& topology, sim::NodeIndex node);

/// The node that asks everything; nullopt: each query's is drawn. Errors: invalid, when the
/// topology has no such node.
Result<std::optional<sim::NodeIndex>> origin_in(const sim::Topology& topology,
                                                const WorkloadSpec& workload);

}  // namespace freshet::bench
