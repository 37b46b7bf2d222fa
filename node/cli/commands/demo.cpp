#include "node/cli/commands/demo.h"

#include <string>

#include <CLI/App.hpp>

namespace freshet::cli {

void declare_demo(CLI::App& root, DemoOptions& options) {
  auto* demo = root.add_subcommand(
      "demo", "See it work: a mesh of 8 nodes on this machine, a search, and a fetch");
  demo->add_option_function<std::string>(
          "DIR",
          [&options](const std::string& dir) { options.dir = dir; },
          "Take the files from here; default: a few that it makes")
      ->type_name("");
  demo->add_option("--seed", options.seed, "Repeat the same graph")->type_name("N");
}

}  // namespace freshet::cli
