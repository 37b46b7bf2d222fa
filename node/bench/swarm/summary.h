// What swarms come to: for each variant, over its seeds, how soon each class of peers was done.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/bench/stats.h"
#include "node/bench/swarm/results.h"

namespace freshet::bench {

/// The leechers of a class, over all seeds.
struct ClassSummary {
  PeerClass what = PeerClass::honest;
  std::uint64_t peers = 0;
  std::uint64_t finished = 0;
  Estimate took_s;            ///< mean of those that finished; the interval is over seeds' means
  std::vector<double> times;  ///< ascending, of those that finished
  double ratio = 0;           ///< bytes sent for each byte received
};

struct SwarmSummary {
  std::string variant;
  std::vector<const SwarmRun*> runs;
  Estimate bound_s;
  Estimate last_s;  ///< when the last leecher had everything; of the runs in which all had
  Estimate copies;
  Estimate seed_idle;
  std::vector<ClassSummary> classes;  ///< those that there are

  [[nodiscard]] const ClassSummary* find(PeerClass what) const;
};

/// In order of the variants. Refers to `set`, which outlives it.
std::vector<SwarmSummary> summarise(const SwarmSet& set);

}  // namespace freshet::bench
