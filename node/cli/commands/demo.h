// The options of `demo`. The demo itself is run_demo().
#pragma once

#include "node/cli/cli11_fwd.h"
#include "node/cli/demo/demo.h"

namespace freshet::cli {

void declare_demo(CLI::App& root, DemoOptions& options);

}  // namespace freshet::cli
