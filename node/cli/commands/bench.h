// `bench`: measures this machine, and prints a table.
#pragma once

#include <string>
#include <vector>

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct BenchOptions {
  std::vector<std::string> only;  ///< of kMeasurements; empty: all
  bool is_short = false;          ///< sizes that take seconds, for a first look and for tests
};

void declare_bench(CLI::App& root, BenchOptions& options);

/// Runs it; the exit code. Implemented in cli/bench/bench.cpp.
int run_bench(Session& session, const BenchOptions& options);

}  // namespace freshet::cli
