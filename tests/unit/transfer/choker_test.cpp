// The policies of choking, by numbers alone.
#include "node/core/transfer/choker.h"

#include <algorithm>
#include <numeric>
#include <vector>

#include <doctest/doctest.h>

#include "node/core/transfer/config.h"

using namespace freshet;                  // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::transfer;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

struct ChokerBench {
  std::vector<LinkId> choose(const std::vector<Taker>& takers) {
    return choker->choose(round_of(takers));
  }
  std::vector<LinkId> admit(const std::vector<Taker>& takers, std::size_t count) {
    return choker->admit(round_of(takers), count);
  }
  ChokeRound round_of(const std::vector<Taker>& takers) {
    return {.config = config, .now = now, .rng = rng, .upload_rate = upload_rate, .takers = takers};
  }

  Config config;
  TimePoint now{};
  Rng rng = Rng::from_seed(7);
  std::uint64_t upload_rate = 0;
  std::unique_ptr<Choker> choker = make_reciprocal_choker();
};

Taker giver(std::uint32_t link, std::uint64_t brought, Duration since = 0s) {
  return {.link = LinkId{link},
          .is_mutual = true,
          .brought = brought,
          .interested_at = TimePoint{} + since};
}

Taker reader(std::uint32_t link, std::uint64_t took, Duration since) {
  return {.link = LinkId{link}, .took = took, .interested_at = TimePoint{} + since};
}

}  // namespace

TEST_CASE("takers of a whole and of a half content have one order, whoever is looked at first") {
  ChokerBench bench;
  // Who cannot give was given more the longer it waits; between them who could and does not.
  std::vector<Taker> takers = {
      reader(1, 300, 1s), giver(2, 0, 2s), reader(3, 100, 3s), giver(4, 0, 4s), giver(5, 9, 5s)};
  const std::vector<LinkId> expected = {LinkId{5}, LinkId{3}, LinkId{1}, LinkId{2}, LinkId{4}};
  std::vector<std::size_t> order(takers.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  do {
    std::vector<Taker> shuffled;
    for (const std::size_t i : order) shuffled.push_back(takers[i]);
    CHECK(bench.admit(shuffled, takers.size()) == expected);
  } while (std::next_permutation(order.begin(), order.end()));
}

TEST_CASE("the least slots are filled with whoever wants something, who failed its turn last") {
  ChokerBench bench;
  std::vector<Taker> takers;
  for (std::uint32_t i = 1; i <= 8; ++i) takers.push_back(giver(i, 0));
  const auto first = bench.choose(takers);  // one has a turn, the others fill up
  REQUIRE(first.size() == bench.config.min_upload_slots);
  bench.now += bench.config.optimistic_interval;
  const LinkId failed = first.front();
  for (int i = 0; i < 3; ++i) {
    const auto again = bench.choose(takers);
    CHECK(again.size() == bench.config.min_upload_slots);
    CHECK(std::find(again.begin(), again.end(), failed) == again.end());
  }
  const auto all = bench.choose({takers.begin(), takers.begin() + 3});
  CHECK(all.size() == 3);
}
