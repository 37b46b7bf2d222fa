// What the choker is for: with the uplinks of all as the scarce thing, who gives nothing waits, who
// gives does not, and playing a strategy gains nothing. Each against a random choker on the same
// swarm: 30 peers with 100 KB/s up, 1 MB/s down, 32 MiB, who leave when they are done.
#include <doctest/doctest.h>

#include "node/bench/swarm/run.h"

namespace freshet::bench {
namespace {

// What is to be told apart is a few per cent, and a swarm of 30 differs by one or two from seed to
// seed.
constexpr std::uint64_t kSeeds = 10;

SwarmSpec scarce(const char* choker) {
  SwarmSpec spec;
  spec.size_bytes = std::uint64_t{32} << 20U;
  spec.piece_length = 64 << 10;
  spec.leechers = 30;
  spec.up = {.is_skewed = false, .rate = 100'000};
  spec.down = {.is_skewed = false, .rate = 1'000'000};
  spec.seed_up = 400'000;
  spec.leave = true;
  spec.choker = choker;
  return spec;
}

/// Mean over the seeds, in seconds. Everyone must have finished.
double mean_of(const SwarmSpec& spec, PeerClass what) {
  double sum = 0;
  int count = 0;
  for (std::uint64_t seed = 1; seed <= kSeeds; ++seed) {
    for (const SwarmPeerRow& row : perform_swarm(spec, seed).peers) {
      if (row.peer.what != what) continue;
      REQUIRE(row.took_s);
      sum += *row.took_s;
      ++count;
    }
  }
  return sum / count;
}

}  // namespace

TEST_CASE("with 30 % free riders, who gives is a tenth later, and who does not twice as late") {
  SwarmSpec spec = scarce("reciprocal");
  const double alone = mean_of(spec, PeerClass::honest);
  spec.free_riders = 0.3;
  const double honest = mean_of(spec, PeerClass::honest);
  const double free_riders = mean_of(spec, PeerClass::free_rider);
  CAPTURE(alone);
  CAPTURE(honest);
  CAPTURE(free_riders);
  CHECK(honest <= 1.10 * alone);
  CHECK(free_riders >= 2 * honest);
  spec.choker = "random";
  CHECK(mean_of(spec, PeerClass::honest) > 1.2 * honest);
  CHECK(mean_of(spec, PeerClass::free_rider) < 0.6 * free_riders);
}

TEST_CASE("a strategic peer gains nothing to speak of") {
  SwarmSpec spec = scarce("reciprocal");
  const double alone = mean_of(spec, PeerClass::honest);
  spec.strategic = 0.1;
  const double strategic = mean_of(spec, PeerClass::strategic);
  CAPTURE(alone);
  CAPTURE(strategic);
  CHECK(strategic >= 0.85 * alone);
}

}  // namespace freshet::bench
