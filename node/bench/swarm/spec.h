// [swarm] of a scenario: one content, who has it, who wants it, and how they behave. Plain data;
// the keys are listed in ../README.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "node/base/time.h"

namespace freshet::bench {

struct CapacitySpec {
  bool is_skewed = false;  ///< drawn (swarm/population.h)
  std::uint64_t rate = 0;  ///< otherwise, bytes a second; 0: without limit
};

struct SwarmSpec {
  std::uint64_t size_bytes = std::uint64_t{32} << 20U;
  std::uint32_t piece_length = 0;  ///< bytes; 0: what follows from the size
  std::uint32_t seeds = 1;
  std::uint32_t leechers = 8;
  Duration arrival{};  ///< mean time between two arrivals (exponential); 0: all at once
  Duration latency = std::chrono::milliseconds(1);  ///< one way
  CapacitySpec up = {.is_skewed = false, .rate = 2'500'000};
  CapacitySpec down = {.is_skewed = false, .rate = 12'500'000};
  std::uint64_t seed_up = 2'500'000;  ///< of each seed, bytes a second; 0: without limit
  double free_riders = 0;             ///< share of leechers that upload nothing
  double strategic = 0;               ///< share of leechers that game the choker
  std::string choker = "reciprocal";
  std::uint32_t slots = 0;                               ///< 0: they follow the upload rate
  bool leave = false;                                    ///< who has everything goes
  std::uint64_t buffer_bytes = std::uint64_t{2} << 20U;  ///< a host's, for one link
  std::uint32_t known_peers = 30;
  Duration give_up = std::chrono::hours(24);
};

}  // namespace freshet::bench
