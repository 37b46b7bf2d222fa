// What a set of runs comes to, against numbers worked out by hand.
#include "node/bench/summary.h"

#include <doctest/doctest.h>

#include "tests/unit/bench/synthetic_results.h"

namespace freshet::bench {
namespace {

using core::StrategyId;
using doctest::Approx;
using testing::synthetic;
using testing::two_queries;

TEST_CASE("Means are over all queries, and so are the intervals of one seed") {
  const RunSet set = two_queries();
  const Summary summary = summarise(set);
  REQUIRE(summary.cells.size() == 1);
  const Cell& cell = summary.cells[0];
  CHECK(summary.nodes == 11);
  CHECK(summary.links == 20);
  CHECK(cell.over == IntervalOver::queries);
  CHECK(cell.messages.mean == 20);
  // Half the difference of two values times t at one degree of freedom.
  CHECK(*cell.messages.ci95 == Approx(10 * 12.7062047));
  CHECK(cell.coverage.mean == Approx(0.75));
  CHECK(cell.success.mean == 0.5);
  CHECK(cell.success.ci95->low == Approx(wilson(1, 2).low));
}

TEST_CASE("Percentiles of the first hit leave out queries without one") {
  const RunSet set = two_queries();
  const Cell cell = summarise(set).cells[0];
  CHECK(cell.first_hit_ms.p50 == 81.5);
  CHECK(cell.first_hit_ms.p99 == 81.5);
  CHECK(cell.first_hit_hops.p50 == 2);
  CHECK(*cell.last_reached_ms.p50 == Approx(105));
}

TEST_CASE("Curves by hop are means a query, and coverage adds up") {
  const RunSet set = two_queries();
  const Cell cell = summarise(set).cells[0];
  REQUIRE(cell.hops.size() == 2);
  CHECK(cell.hops[0].first == 4);
  CHECK(cell.hops[0].duplicate_ratio() == 0);
  CHECK(cell.hops[0].coverage == Approx(0.4));
  CHECK(cell.hops[1].duplicates == 12.5);
  CHECK(cell.hops[1].duplicate_ratio() == Approx(25.0 / 32));
  CHECK(cell.hops[1].coverage == Approx(0.75));
}

TEST_CASE("Load has its maximum, mean and inequality, and a mean by degree") {
  const RunSet set = two_queries();
  const Cell cell = summarise(set).cells[0];
  CHECK(cell.load.max == 10);
  CHECK(cell.load.mean == 5);
  CHECK(cell.load.gini == Approx(0.3636363));
  REQUIRE(cell.degrees.size() == 2);
  CHECK(cell.degrees[0].low == 3);
  CHECK(cell.degrees[0].high == 3);
  CHECK(cell.degrees[0].nodes == 6);
  CHECK(cell.degrees[0].frames_in == 5);
}

TEST_CASE("Many degrees are put into classes that leave no node out") {
  const RunSet set = synthetic({.strategies = {StrategyId::flood},
                                .crashes = {0.0},
                                .seeds = {1},
                                .queries = 3,
                                .nodes = 5000,
                                .degree = 8,
                                .ttl = 7,
                                .scale_free = true});
  const Cell cell = summarise(set).cells[0];
  std::uint64_t nodes = 0;
  for (std::size_t i = 0; i < cell.degrees.size(); ++i) {
    nodes += cell.degrees[i].nodes;
    CHECK(cell.degrees[i].low <= cell.degrees[i].high);
    if (i > 0) CHECK(cell.degrees[i].low > cell.degrees[i - 1].high);
  }
  CHECK(nodes == 5000);
  CHECK(cell.degrees.size() < 40);
}

TEST_CASE("With several seeds an interval is over the seeds' means") {
  RunSet set = two_queries();
  set.runs.push_back(set.runs[0]);
  set.runs[1].seed = 8;
  for (QueryRow& row : set.runs[1].queries) row.messages += 2;
  const Cell cell = summarise(set).cells[0];
  CHECK(cell.over == IntervalOver::seeds);
  CHECK(cell.queries == 4);
  CHECK(cell.messages.mean == 21);
  CHECK(*cell.messages.ci95 == Approx(12.7062047));  // of 20 and 22
}

TEST_CASE("Seeds that agree on success leave Wilson's interval") {
  RunSet set = two_queries();
  set.runs.push_back(set.runs[0]);
  const Cell cell = summarise(set).cells[0];
  CHECK(cell.success.ci95->low == Approx(wilson(2, 4).low));
  CHECK(cell.success.ci95->high == Approx(wilson(2, 4).high));
}

TEST_CASE("Traffic by type is shared out over the queries") {
  const RunSet set = two_queries();
  const Cell cell = summarise(set).cells[0];
  REQUIRE(cell.types.size() == 2);
  CHECK(cell.types[0].type == "query");
  CHECK(cell.types[0].bytes == 1000);
  CHECK(cell.types[1].frames == 2);
}

TEST_CASE("A recovery curve has bins of one round width with an edge at the crash") {
  const RunSet set = synthetic({.crashes = {0.5}});
  const Summary summary = summarise(set);
  for (const Cell& cell : summary.cells) {
    REQUIRE_FALSE(cell.recovery.empty());
    std::uint64_t queries = 0;
    bool edge = false;
    for (const RecoveryBin& bin : cell.recovery) {
      CHECK(bin.to_s - bin.from_s == Approx(5));
      edge = edge || bin.from_s == 0;
      queries += bin.queries;
    }
    CHECK(edge);
    CHECK(queries == cell.queries);
  }
}

TEST_CASE("Without a crash there is no recovery curve") {
  const RunSet set = synthetic();
  CHECK(summarise(set).cells[0].recovery.empty());
}

TEST_CASE("Cells come by variant, then strategy, and can be found") {
  const RunSet set = synthetic({.crashes = {0.1, 0.5}});
  const Summary summary = summarise(set);
  REQUIRE(summary.cells.size() == 12);
  CHECK(summary.variants.size() == 2);
  CHECK(summary.cells[6].variant.crash == 0.5);
  CHECK(summary.of_variant(summary.variants[1]).size() == 6);
  CHECK(summary.of_strategy(StrategyId::tree).size() == 2);
  CHECK(summary.find(summary.variants[0], StrategyId::walk) == &summary.cells[2]);
}

TEST_CASE("Nothing comes of nothing, without a division by it") {
  CHECK(summarise({}).cells.empty());
  RunSet set;
  set.crash_at_s = 1;
  set.runs.emplace_back();
  const Cell cell = summarise(set).cells[0];
  CHECK(cell.queries == 0);
  CHECK(cell.messages.mean == 0);
  CHECK_FALSE(cell.success.ci95);
  CHECK_FALSE(cell.first_hit_ms.p50);
  CHECK(cell.hops.empty());
}

TEST_CASE("Steps are round and never above their limit") {
  CHECK(round_step(1) == 1);
  CHECK(round_step(7) == 5);
  CHECK(round_step(4.9) == 2);
  CHECK(round_step(0.03) == Approx(0.02));
  CHECK(round_step(0.1) == Approx(0.1));
  CHECK(round_step(123456) == 100000);
  CHECK(round_step_up(1) == 1);
  CHECK(round_step_up(1.1) == 2);
  CHECK(round_step_up(2.7) == 5);
  CHECK(round_step_up(5.5) == 10);
  CHECK(round_step_up(0.03) == Approx(0.05));
}

}  // namespace
}  // namespace freshet::bench
