// The options of `demo`. The demo itself is run_demo().
#pragma once

#include "node/cli/demo/demo.h"

namespace CLI {
class App;
}

namespace freshet::cli {

void declare_demo(CLI::App& root, DemoOptions& options);

}  // namespace freshet::cli
