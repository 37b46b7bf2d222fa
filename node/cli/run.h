// One run of the program: from arguments to exit code.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "node/cli/commands/bench.h"
#include "node/cli/commands/testbed.h"
#include "node/cli/demo/demo.h"
#include "node/cli/up.h"

namespace freshet::cli {

/// The commands that are programs of their own; main.cpp wires them in.
struct Programs {
  std::function<int(const UpOptions&)> up;
  std::function<int(const DemoOptions&)> demo;
  std::function<int(Session&, const TestbedOptions&)> testbed = {};
  std::function<int(Session&, const BenchOptions&)> bench = {};
};

/// `arguments` without the program's name. Returns the exit code of the contracts; throws nothing.
int run(std::vector<std::string> arguments, const Programs& programs);

}  // namespace freshet::cli
