// `testbed`: runs a scenario on real daemons of this machine, and writes down what they counted.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct TestbedOptions {
  std::string scenario;
  std::optional<std::uint64_t> seed;   ///< instead of the scenario's
  std::optional<std::uint32_t> nodes;  ///< instead of the scenario's
  std::string out;                     ///< empty: no folder
  std::uint32_t dilation = 0;          ///< real seconds in a virtual one, to begin with; 0: chosen
  std::string overlay;                 ///< results of the simulator to draw beside these
  std::string netns;  ///< "bridge" or "links": network namespaces; empty: all on loopback
  bool watch = false;
  bool capture = false;
  std::optional<std::uint32_t> faulty;  ///< a node that passes no query on
};

void declare_testbed(CLI::App& root, TestbedOptions& options);
Status check(const TestbedOptions& options);

/// Runs it; the exit code. Implemented in cli/testbed/testbed.cpp.
int run_testbed(Session& session, const TestbedOptions& options);

}  // namespace freshet::cli
