// `freshet up --testbed`: a daemon that waits on its control socket until a testbed says what it is
// to be, and ends with it.
#pragma once

#include "node/cli/up.h"

namespace freshet::cli {

/// Returns the exit code. Needs --state alone.
int run_testbed_node(const UpOptions& options);

}  // namespace freshet::cli
