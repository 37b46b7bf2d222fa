// Scenarios with [swarm]: their keys, who is in one, and that what comes out depends on the seed
// alone.
#include <string>

#include <doctest/doctest.h>

#include "node/bench/scenario.h"
#include "node/bench/swarm/population.h"
#include "node/bench/swarm/run.h"
#include "tests/unit/bench/scenario_text.h"

namespace freshet::bench {
TEST_CASE("[swarm] takes sizes, rates, shares and a choker") {
  const Scenario scenario = parsed(
      "[swarm]\nsize = \"1MiB\"\npiece = \"64KiB\"\nleechers = 5\nup = \"skewed\"\n"
      "down = \"none\"\nchoker = \"random\"\nfree_riders = 0.5\nleave = true\n");
  REQUIRE(scenario.swarm);
  CHECK(scenario.swarm->size_bytes == 1 << 20);
  CHECK(scenario.swarm->piece_length == 64 << 10);
  CHECK(scenario.swarm->leechers == 5);
  CHECK(scenario.swarm->up.is_skewed);
  CHECK(scenario.swarm->down.rate == 0);
  CHECK(scenario.swarm->choker == "random");
  CHECK(scenario.swarm->leave);
  CHECK(!parsed("").swarm);
}

TEST_CASE("what is wrong in [swarm] is said with its line") {
  check_complaint("\n[swarm]\nchocker = 1\n", "s.toml:3", "chocker");
  check_complaint("\n[swarm]\nchoker = \"kind\"\n", "s.toml:3", "reciprocal");
  check_complaint("\n[swarm]\npiece = \"17KiB\"\n", "s.toml:3", "power of two");
  check_complaint("\n[swarm]\nsize = \"1GiB\"\npiece = \"16KiB\"\n", "s.toml:4", "65536 pieces");
  check_complaint("\n[swarm]\nfree_riders = 0.6\nstrategic = 0.6\n", "s.toml:4", "everyone");
  check_complaint("\n[swarm]\nup = \"none\"\nstrategic = 0.2\n", "s.toml:4", "split their uplink");
  check_complaint("\n[swarm]\n[topology]\nnodes = 4\n", "s.toml:3", "[swarm]");
}

TEST_CASE("two leechers of three have 100 KB/s at most, in each class") {
  const Scenario scenario = parsed("[swarm]\nleechers = 400\nup = \"skewed\"\nfree_riders = 0.5\n");
  const auto peers = draw_swarm(*scenario.swarm, 3);
  for (const PeerClass what : {PeerClass::honest, PeerClass::free_rider}) {
    int slow = 0;
    int all = 0;
    for (const SwarmPeer& peer : peers) {
      if (peer.what != what) continue;
      ++all;
      if (peer.up <= 100'000) ++slow;
    }
    CHECK(all == 200);
    CHECK(slow == 130);
  }
}

TEST_CASE("swarms come out the same however many run at a time") {
  const Scenario scenario = parsed(
      "seeds = [1, 2]\n[swarm]\nsize = \"1MiB\"\nleechers = 4\n"
      "[sweep]\nswarm.choker = [\"reciprocal\", \"random\"]\n");
  const SwarmSet one = run_swarms(scenario, {.jobs = 1});
  const SwarmSet two = run_swarms(scenario, {.jobs = 2});
  REQUIRE(one.runs.size() == 4);
  REQUIRE(two.runs.size() == 4);
  for (std::size_t i = 0; i < one.runs.size(); ++i) {
    CHECK(one.runs[i].digest == two.runs[i].digest);
    CHECK(one.runs[i].variant == two.runs[i].variant);
    CHECK(one.runs[i].ended_s >= one.runs[i].bound_s);
  }
}

}  // namespace freshet::bench
