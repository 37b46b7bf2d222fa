#include "node/sim/swarm/bound.h"

#include <algorithm>

namespace freshet::sim::swarm {

double minimum_distribution_time(std::uint64_t size_bytes, const Capacities& capacities) {
  const auto size = static_cast<double>(size_bytes);
  double bound = 0;
  for (const double down : capacities.leecher_down) {
    if (down > 0) bound = std::max(bound, size / down);
  }
  if (capacities.seed_up <= 0) return bound;
  double all = capacities.seed_up;
  for (const double up : capacities.leecher_up) all += up;
  const auto count = static_cast<double>(capacities.leecher_down.size());
  return std::max({bound, size / capacities.seed_up, count * size / all});
}

}  // namespace freshet::sim::swarm
