// `freshet sim` of a scenario with [swarm].
#pragma once

#include "node/bench/scenario.h"
#include "node/cli/commands/sim.h"

namespace freshet::cli {

/// REQUIRES: scenario.swarm. Returns the exit code.
int run_swarm(Session& session, const SimOptions& options, const bench::Scenario& scenario);

}  // namespace freshet::cli
