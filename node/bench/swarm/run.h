// Runs the swarms of a scenario in the simulator, several at a time. What comes out does not depend
// on how many.
#pragma once

#include <atomic>
#include <cstdint>
#include <string>

#include "node/base/result.h"
#include "node/bench/scenario.h"
#include "node/bench/swarm/results.h"

namespace freshet::bench {

struct SwarmOptions {
  unsigned jobs = 0;  ///< 0: one a processor
  std::string command = "freshet sim SCENARIO";
  /// Set from anywhere, a signal handler too: stop, and keep what is done.
  const std::atomic<bool>* cancel = nullptr;
};

SwarmRun perform_swarm(const SwarmSpec& spec,
                       std::uint64_t seed,
                       const std::atomic<bool>* cancel = nullptr);

/// REQUIRES: scenario.swarm.
SwarmSet run_swarms(const Scenario& scenario, const SwarmOptions& options);

}  // namespace freshet::bench
