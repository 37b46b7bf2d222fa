// queries.csv and nodes.csv. Written to a stream line by line: a million nodes make tens of
// megabytes.
#pragma once

#include <iosfwd>

#include "node/bench/results.h"

namespace freshet::bench {

/// A line for each query of each run.
void write_queries_csv(const RunSet& set, std::ostream& out);
/// A line for each node of each run.
void write_nodes_csv(const RunSet& set, std::ostream& out);

}  // namespace freshet::bench
