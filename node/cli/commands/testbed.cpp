#include "node/cli/commands/testbed.h"

#include <CLI/App.hpp>

#include "node/cli/results_out.h"

namespace freshet::cli {
namespace {

constexpr std::uint32_t kMostNodes = 2000;
constexpr std::uint32_t kMostDilation = 4096;

}  // namespace

void declare_testbed(CLI::App& root, TestbedOptions& options) {
  auto* testbed = root.add_subcommand("testbed", "Run a scenario on real daemons of this machine");
  testbed->add_option("SCENARIO", options.scenario, "A scenario file (TOML)")
      ->type_name("")
      ->required();
  testbed->add_option("--seed", options.seed, "Run this seed instead of the scenario's")
      ->type_name("N")
      ->check(seed_range());
  testbed->add_option("--nodes", options.nodes, "So many nodes instead of the scenario's")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{2}, kMostNodes));
  testbed->add_option("--out", options.out, "Write summary, tables and a report into this folder")
      ->type_name("DIR");
  testbed
      ->add_option(
          "--dilation",
          options.dilation,
          "Begin with so many real seconds in a second of the scenario; default: what this "
          "machine is likely to need")
      ->type_name("N")
      ->check(CLI::Range(std::uint32_t{1}, kMostDilation));
  testbed->add_option("--overlay", options.overlay, "Results of the simulator to draw beside these")
      ->type_name("SIMDIR");
  testbed
      ->add_flag("--netns{bridge}",
                 options.netns,
                 "Each daemon in a network namespace, as root: on one bridge, or, with "
                 "--netns=links, on a wire for each of the topology's links")
      ->check(CLI::IsMember({"bridge", "links"}));
  testbed->add_flag("--watch", options.watch, "Draw the mesh while it runs");
  testbed->add_flag(
      "--capture", options.capture, "Write what crosses the links, in the clear, as pcap");
  testbed->add_option("--faulty", options.faulty)->group("");  // for tests: passes no query on
}

Status check(const TestbedOptions& options) {
  if (options.capture && options.out.empty())
    return Error{ErrorCode::invalid, "--capture needs --out, where the files go"};
  if (!options.overlay.empty() && options.out.empty())
    return Error{ErrorCode::invalid, "--overlay needs --out, where the report goes"};
  return kOk;
}

}  // namespace freshet::cli
