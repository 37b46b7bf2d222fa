#include "node/cli/commands/sim.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <utility>

#include <CLI/App.hpp>

#include "node/bench/compare.h"
#include "node/bench/scenario.h"
#include "node/cli/commands/sim_swarm.h"
#include "node/cli/exit_code.h"
#include "node/cli/mpi.h"
#include "node/cli/progress.h"
#include "node/cli/results_out.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

constexpr int kMaxJobs = 1024;

/// "5.1 M", "830 k", "12".
std::string rounded(double number) {
  std::array<char, 32> text{};
  const char* const form = number >= 1e6 ? "%.1f M" : number >= 1e3 ? "%.0f k" : "%.0f";
  const double unit = number >= 1e6 ? 1e6 : number >= 1e3 ? 1e3 : 1;
  std::snprintf(text.data(), text.size(), form, number / unit);
  return text.data();
}

std::string speed_message(const bench::RunSet& results) {
  std::uint64_t queries = 0;
  for (const bench::Run& run : results.runs) queries += run.queries.size();
  const double rate = static_cast<double>(results.deliveries) / std::max(results.cpu_seconds, 1e-3);
  return count_of(queries, "query", "queries") + " in "
         + human_duration(std::chrono::duration<double>(results.wall_seconds)) + ", "
         + rounded(rate) + " deliveries per CPU-second";
}

int compare(Session& session, const SimOptions& options) {
  Output& output = session.output();
  const auto text = bench::compare_folders(options.compare[0], options.compare[1], session.json());
  if (!text) return output.fail(text.error(), exit_code_of(text.error().code));
  output.raw(*text);
  return kExitOk;
}

}  // namespace

void declare_sim(CLI::App& root, SimOptions& options) {
  auto* sim = root.add_subcommand("sim", "Run a scenario in the simulator, and measure it");
  sim->add_option("SCENARIO", options.scenario, "A scenario file (TOML)")->type_name("");
  sim->add_option("--seed", options.seed, "Run this seed instead of the scenario's")
      ->type_name("N")
      ->check(seed_range());
  sim->add_option("--out", options.out, "Write summary, tables and a report into this folder")
      ->type_name("DIR");
  sim->add_option("--jobs", options.jobs, "So many runs at a time; default: one a processor")
      ->type_name("N")
      ->check(CLI::Range(1, kMaxJobs));
  sim->add_option("--compare", options.compare, "Compare two folders of results instead")
      ->type_name("A B")
      ->expected(2);
}

Status check(const SimOptions& options) {
  const bool runs = !options.scenario.empty();
  if (options.compare.empty() && !runs)
    return Error{ErrorCode::invalid, "a scenario file is missing"};
  if (options.compare.empty()) return kOk;
  if (runs || options.seed || !options.out.empty() || options.jobs != 0)
    return Error{ErrorCode::invalid, "--compare takes two folders of results, and nothing else"};
  return kOk;
}

int run(Session& session, const SimOptions& options) {
  if (!options.compare.empty()) return compare(session, options);
  Output& output = session.output();
  auto scenario = bench::load_scenario(options.scenario);
  if (!scenario) return output.fail(scenario.error(), kExitUsage);
  if (options.seed) scenario->seeds = {*options.seed};
  const auto ranks = Ranks::join();
  if (!ranks) return output.fail(ranks.error(), exit_code_of(ranks.error().code));
  if (!options.out.empty()) {
    if (const Status made = prepare_folder(options.out); !made)
      return output.fail(made.error(), exit_code_of(made.error().code));
  }
  watch_signals();
  if (scenario->swarm)
    return (*ranks)->is_first() ? run_swarm(session, options, *scenario) : kExitOk;
  ProgressBar bar(output.err());
  auto results = bench::run_scenario(*scenario,
                                     {.jobs = options.jobs,
                                      .command = "freshet sim " + quoted(options.scenario),
                                      .spread = (*ranks)->spread(),
                                      .progress =
                                          [&](const bench::Progress& progress) {
                                            if ((*ranks)->is_first())
                                              bar.show(progress_line(progress, bar.columns()));
                                          },
                                      .cancel = &interrupted()});
  bar.clear();
  if (!results) return output.fail(results.error(), exit_code_of(results.error().code));
  if (!(*ranks)->is_first()) return kExitOk;  // the first one has it all
  if (options.seed) results->command += " --seed " + std::to_string(*options.seed);
  if (results->runs.empty()) {
    output.message("freshet: interrupted before a query was over");
    return kExitInterrupted;
  }
  return deliver_results(session, *results, options.out, speed_message(*results));
}

std::string progress_line(const bench::Progress& progress, std::size_t columns) {
  std::string text;
  if (progress.events == 0) {
    text = "links come up";
  } else {
    std::array<char, 32> virtual_time{};
    std::snprintf(virtual_time.data(), virtual_time.size(), "%.1f", progress.virtual_seconds);
    text = rounded(progress.events_per_second) + " events/s, " + virtual_time.data() + " s virtual";
  }
  if (progress.runs > 1) {
    text += ", " + std::to_string(progress.runs_done) + " of " + std::to_string(progress.runs)
            + " runs done";
  }
  return bar_line(progress.done, text, columns);
}

}  // namespace freshet::cli
