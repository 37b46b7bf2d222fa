// How the runs of a scenario are shared out among several processes, on one machine or many. Knows
// no MPI: who does hands in how results are gathered.
#pragma once

#include <functional>
#include <string>
#include <vector>

namespace freshet::bench {

struct Spread {
  unsigned rank = 0;
  unsigned size = 1;
  /// Called once by every rank, with its results; rank 0 gets those of all, by rank, the others
  /// nothing.
  std::function<std::vector<std::string>(const std::string&)> gather;
};

}  // namespace freshet::bench
