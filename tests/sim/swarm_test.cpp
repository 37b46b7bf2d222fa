// Swarms: the transfer engine among many, with capacities that bind.
#include "node/sim/swarm/swarm.h"

#include <doctest/doctest.h>

#include "node/sim/swarm/bound.h"

namespace freshet::sim::swarm {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): 5s reads as 5 s

constexpr std::uint64_t kMiB = std::uint64_t{1} << 20U;

SwarmConfig swarm_of(const core::Config& config,
                     std::uint64_t size,
                     const Rates& rates,
                     int leechers) {
  SwarmConfig swarm;
  swarm.size_bytes = size;
  swarm.peers.push_back({.rates = rates, .config = &config, .is_seed = true});
  for (int i = 0; i < leechers; ++i) swarm.peers.push_back({.rates = rates, .config = &config});
  return swarm;
}

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

TEST_CASE("the minimum distribution time is that of Kumar and Ross") {
  CHECK(minimum_distribution_time(1000, {.seed_up = 10, .leecher_up = {0}, .leecher_down = {50}})
        == doctest::Approx(100));
  CHECK(minimum_distribution_time(1000, {.seed_up = 100, .leecher_up = {0}, .leecher_down = {5}})
        == doctest::Approx(200));
  CHECK(minimum_distribution_time(
            1000, {.seed_up = 100, .leecher_up = {10, 10}, .leecher_down = {500, 500}})
        == doctest::Approx(2000.0 / 120));
}

TEST_CASE("one seed and one fetcher take as long as the slower wire") {
  const core::Config config;
  auto swarm = swarm_of(config, 16 * kMiB, {.up = 2'500'000, .down = 12'500'000}, 1);
  const SwarmResult result = Swarm(swarm).run();
  REQUIRE(result.peers[1].took);
  const double least = 16.0 * kMiB / 2'500'000;
  CHECK(seconds(*result.peers[1].took) >= least);
  CHECK(seconds(*result.peers[1].took) <= least * 1.02);
}

TEST_CASE("of one seed's pieces hardly any goes out twice while a swarm spreads them") {
  const core::Config config;
  auto swarm = swarm_of(config, 32 * kMiB, {.up = 2'500'000, .down = 12'500'000}, 8);
  const SwarmResult result = Swarm(swarm).run();
  CHECK(static_cast<double>(result.seed_bytes_out) <= 1.1 * 32 * kMiB);
  CHECK(seconds(result.ended) <= 15.4);  // 13.4 is what the seed alone takes
}

TEST_CASE("the same swarm twice is the same to the last bit") {
  const core::Config config;
  const auto swarm = swarm_of(config, 4 * kMiB, {.up = 250'000, .down = 1'000'000}, 6);
  const SwarmResult one = Swarm(swarm).run();
  const SwarmResult two = Swarm(swarm).run();
  CHECK(one.digest == two.digest);
  CHECK(one.events == two.events);
  for (std::size_t i = 1; i < one.peers.size(); ++i) {
    REQUIRE(one.peers[i].took);
    CHECK(one.peers[i].took == two.peers[i].took);
  }
}

}  // namespace

TEST_CASE("in a crowd of slow peers everyone is done, though most links are slow") {
  const core::Config config;
  auto swarm = swarm_of(config, 2 * kMiB, {.up = 20'000, .down = 200'000}, 20);
  swarm.peers.front().rates.up = 100'000;
  const SwarmResult result = Swarm(swarm).run();
  for (std::size_t i = 1; i < result.peers.size(); ++i) CHECK(result.peers[i].took);
  CHECK(result.ended < 10min);
}
}  // namespace freshet::sim::swarm
