// The tables of a report.
#pragma once

#include <string>

#include "node/bench/manifest.h"
#include "node/bench/summary.h"

namespace freshet::bench {

/// HTML. Cost and success of each strategy under each variant, with intervals.
std::string strategy_table(const Summary& summary);
/// HTML. Percentiles of times and hops, and the load.
std::string latency_table(const Summary& summary);
/// HTML. What the runs cost and where.
std::string cost_table(const RunSet& set, const Host& host);

}  // namespace freshet::bench
