#include "node/cli/commands/sim_swarm.h"

#include <chrono>
#include <cstdint>
#include <string>

#include "node/bench/swarm/run.h"
#include "node/bench/swarm/write.h"
#include "node/cli/exit_code.h"
#include "node/cli/results_out.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {

int run_swarm(Session& session, const SimOptions& options, const bench::Scenario& scenario) {
  Output& output = session.output();
  std::string command = "freshet sim " + quoted(options.scenario);
  if (options.seed) command += " --seed " + std::to_string(*options.seed);
  const auto set = bench::run_swarms(
      scenario, {.jobs = options.jobs, .command = command, .cancel = &interrupted()});
  if (set.runs.empty()) {
    output.message("freshet: interrupted before a swarm was done");
    return kExitInterrupted;
  }
  if (session.json()) {
    output.raw(bench::swarm_json(set));
  } else {
    output.raw(bench::swarm_table(set));
  }
  output.flush();
  if (!options.out.empty()) {
    if (const Status written = bench::write_swarms(set, options.out); !written)
      return output.fail(written.error(), exit_code_of(written.error().code));
  }
  output.message(count_of(set.runs.size(), "swarm", "swarms") + " in "
                 + human_duration(std::chrono::duration<double>(set.wall_seconds)));
  if (!options.out.empty()) output.message("results are in " + options.out);
  if (!set.interrupted) return kExitOk;
  output.message("freshet: interrupted; these results are of the swarms that were done");
  return kExitInterrupted;
}

}  // namespace freshet::cli
