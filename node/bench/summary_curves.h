// The parts of a summary that are more than one number: load, curves by hop, by degree, by type of
// frame and over time.
#pragma once

#include <vector>

#include "node/bench/summary.h"

namespace freshet::bench {

LoadSummary load_of(const Cell& cell);
std::vector<HopSummary> hops_of(const Cell& cell);
/// Degrees one by one while they are few, then in classes whose bounds grow by a quarter.
std::vector<DegreeSummary> degrees_of(const Cell& cell);
std::vector<TypeSummary> types_of(const Cell& cell);
/// Bins of one round width for all cells, so that their curves compare.
void fill_recovery(std::vector<Cell>& cells, double crash_at_s);

/// A run's frames received by node, ascending.
std::vector<double> sorted_load(const Run& run);

}  // namespace freshet::bench
