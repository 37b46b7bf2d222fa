// How soon a swarm can be done at all.
#pragma once

#include <cstdint>
#include <vector>

namespace freshet::sim::swarm {

/// Rates in bytes a second.
struct Capacities {
  double seed_up = 0;                ///< of all seeds together
  std::vector<double> leecher_up;    ///< 0 for who gives nothing
  std::vector<double> leecher_down;  ///< 0: without limit
};

/// Kumar and Ross, Peer-Assisted File Distribution: The Minimum Distribution Time (HOTWEB 2006), in
/// seconds: max(F / us, F / dmin, N F / (us + sum u)) when all begin at once, and each leecher
/// stays. An unlimited seed (0) bounds nothing.
double minimum_distribution_time(std::uint64_t size_bytes, const Capacities& capacities);

}  // namespace freshet::sim::swarm
