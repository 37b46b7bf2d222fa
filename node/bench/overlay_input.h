// A folder of results as a RunSet again, as far as its tables have it: queries and loads, no hops
// and no traffic by type. For what is drawn beside other results.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/bench/results.h"

namespace freshet::bench {

/// Errors: not_found, invalid; messages name file and line.
Result<RunSet> read_run_set(const std::string& folder);

}  // namespace freshet::bench
