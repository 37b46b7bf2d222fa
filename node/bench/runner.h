// A whole scenario in the simulator: each variant with each strategy on each seed, several at a
// time. The results do not depend on how many.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"
#include "node/bench/scenario.h"
#include "node/bench/spread.h"

namespace freshet::bench {

/// How far all of it is.
struct Progress {
  double done = 0;               ///< share of the queries
  std::uint64_t events = 0;      ///< of the simulator, so far
  double events_per_second = 0;  ///< of wall time, over the last second or so
  double virtual_seconds = 0;    ///< of the run that is furthest behind among those under way
  std::uint64_t runs_done = 0;
  std::uint64_t runs = 0;
};

struct RunOptions {
  /// Runs at one time; 0: one a processor, but not more than memory is likely to hold.
  unsigned jobs = 0;
  /// The invocation without --seed; --seed N repeats one run.
  std::string command = "freshet sim SCENARIO";
  /// This process takes its part of the runs. Only rank 0 has results then: all of them.
  Spread spread = {};
  /// Called a few times a second, from the calling thread.
  std::function<void(const Progress&)> progress;
  /// Set from anywhere, a signal handler too: stop, and keep what is done.
  const std::atomic<bool>* cancel = nullptr;
};

/// The runs that were begun; those that were interrupted hold the queries that were over.
/// Errors: verification, when a rule of the simulator was broken, with one line that repeats it;
/// invalid, when the scenario does not fit its topology; io, when memory is short.
Result<RunSet> run_scenario(const Scenario& scenario, const RunOptions& options);

/// A variant, and the scenario that it is of: with a sweep, one of its points.
struct VariantPlan {
  Variant variant;  ///< "", "crash 30 %" where there are several shares, "nodes 64, ttl 4"
  const Scenario* scenario = nullptr;
};
/// In order. `scenario` outlives them.
std::vector<VariantPlan> variants_of(const Scenario& scenario);

}  // namespace freshet::bench
