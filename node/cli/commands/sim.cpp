#include "node/cli/commands/sim.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <charconv>
#include <cmath>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <utility>

#include <CLI/App.hpp>
#include <unistd.h>

#include "node/bench/compare.h"
#include "node/bench/scenario.h"
#include "node/bench/write_results.h"
#include "node/cli/exit_code.h"
#include "node/cli/progress.h"
#include "node/cli/session.h"
#include "node/cli/text.h"

namespace freshet::cli {
namespace {

namespace fs = std::filesystem;

constexpr int kMaxJobs = 1024;

std::atomic<bool> interrupted{false};
static_assert(std::atomic<bool>::is_always_lock_free, "a signal handler sets it");

void on_signal(int /*signal*/) {
  interrupted = true;
}

/// The first signal asks for an early end, the second one is the end.
void watch_signals() {
  struct sigaction action {};
  action.sa_handler = on_signal;
  action.sa_flags = static_cast<int>(SA_RESETHAND);
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
}

/// The folder for the results: made now, so that an hour's work does not end before a shut door.
Status prepare_folder(const std::string& folder) {
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (!fs::is_directory(folder)) {
    const std::string why = failed ? failed.message() : "it is not a folder";
    return Error{ErrorCode::io, "cannot make the folder " + folder + ": " + why};
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0)
    return Error{ErrorCode::io, "cannot write into the folder " + folder};
  return kOk;
}

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

/// A scenario's seeds: what a TOML integer can hold.
CLI::Validator seed_range() {
  const auto complaint = [](const std::string& text) -> std::string {
    std::int64_t seed = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seed);
    if (error == std::errc{} && end == text.data() + text.size() && seed >= 0) return {};
    return "'" + text + "' is not a whole number from 0 to 9223372036854775807";
  };
  return {complaint, "", "SEED"};
}

int compare(Session& session, const SimOptions& options) {
  Output& output = session.output();
  const auto text = bench::compare_folders(options.compare[0], options.compare[1], session.json());
  if (!text) return output.fail(text.error(), exit_code_of(text.error().code));
  output.raw(*text);
  return kExitOk;
}

/// Prints the results, and writes them where they are wanted.
int deliver(Session& session, const SimOptions& options, const bench::RunSet& results) {
  Output& output = session.output();
  if (session.json()) {
    output.line(bench::summary_json(results));
  } else {
    output.raw(bench::summary_table(results));
  }
  output.flush();
  if (!options.out.empty()) {
    if (const Status written = bench::write_results(results, options.out); !written)
      return output.fail(written.error(), exit_code_of(written.error().code));
  }
  output.message(speed_message(results));
  if (!options.out.empty()) output.message("results are in " + options.out);
  if (!results.interrupted) return kExitOk;
  output.message("freshet: interrupted; these results are of the queries that were over");
  return kExitInterrupted;
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
  if (!options.out.empty()) {
    if (const Status made = prepare_folder(options.out); !made)
      return output.fail(made.error(), exit_code_of(made.error().code));
  }
  watch_signals();
  ProgressBar bar(output.err());
  auto results = bench::run_scenario(*scenario,
                                     {.jobs = options.jobs,
                                      .command = "freshet sim " + quoted(options.scenario),
                                      .progress =
                                          [&](const bench::Progress& progress) {
                                            bar.show(progress_line(progress, bar.columns()));
                                          },
                                      .cancel = &interrupted});
  bar.clear();
  if (!results) return output.fail(results.error(), exit_code_of(results.error().code));
  if (options.seed) results->command += " --seed " + std::to_string(*options.seed);
  if (results->runs.empty()) {
    output.message("freshet: interrupted before a query was over");
    return kExitInterrupted;
  }
  return deliver(session, options, *results);
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
