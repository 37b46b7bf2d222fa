#include "node/cli/commands/bench.h"

#include <CLI/App.hpp>

namespace freshet::cli {

void declare_bench(CLI::App& root, BenchOptions& options) {
  auto* bench = root.add_subcommand(
      "bench", "Measure this machine: relay, hop latency, transfer, local search, simulator");
  bench->add_option("--only", options.only, "Measure this alone; may be given more than once")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->check(CLI::IsMember({"relay", "hop", "transfer", "search", "sim"}));
  bench->add_flag("--short", options.is_short, "Small sizes: seconds, and figures that are rough");
}

}  // namespace freshet::cli
