// `sim`: runs a scenario in the simulator and writes down what it measured, or compares two such
// results. Needs no daemon.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/bench/runner.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct SimOptions {
  std::string scenario;               ///< empty with `compare`
  std::optional<std::uint64_t> seed;  ///< instead of the scenario's
  std::string out;                    ///< empty: no folder
  unsigned jobs = 0;                  ///< 0: the runner's choice
  std::vector<std::string> compare;   ///< two folders of results, or none
};

void declare_sim(CLI::App& root, SimOptions& options);
Status check(const SimOptions& options);
int run(Session& session, const SimOptions& options);

/// " 42% [#####.......] 5.1 M events/s, 12.5 s virtual, 2 of 12 runs done", in at most `columns`.
std::string progress_line(const bench::Progress& progress, std::size_t columns);

}  // namespace freshet::cli
