// The options of `up`. The daemon itself is up.h's run_daemon().
#pragma once

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"
#include "node/cli/up.h"

namespace freshet::cli {

void declare_up(CLI::App& root, UpOptions& options);
Status check(const UpOptions& options);

}  // namespace freshet::cli
