// Whole scenarios in the simulator: what a run costs and reaches where that is known beforehand,
// the same results however they are computed, and what is left of an interrupted one.
#include "node/bench/runner.h"

#include <algorithm>
#include <fstream>
#include <tuple>

#include <doctest/doctest.h>

#include "node/bench/run.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/bench/scenario_text.h"

namespace freshet::bench {
namespace {

using core::overlay::StrategyId;

RunSet run(const Scenario& scenario, unsigned jobs = 1) {
  RunOptions options;
  options.jobs = jobs;
  options.command = "freshet sim test.toml";
  auto set = run_scenario(scenario, options);
  INFO((set.ok() ? "" : set.error().message));
  REQUIRE(set.ok());
  return std::move(set).value();
}
RunSet run(std::string_view text) {
  return run(parsed(text));
}

auto row_of(const QueryRow& row) {
  return std::tie(row.query,
                  row.origin,
                  row.messages,
                  row.query_frames,
                  row.duplicates,
                  row.bytes,
                  row.reached,
                  row.alive,
                  row.hits,
                  row.first_hit_ms,
                  row.last_reached_ms,
                  row.first_hit_hops,
                  row.asked_at_s);
}

void check_equal(const RunSet& a, const RunSet& b) {
  REQUIRE(a.runs.size() == b.runs.size());
  for (std::size_t i = 0; i < a.runs.size(); ++i) {
    CAPTURE(i);
    const Run& one = a.runs[i];
    const Run& two = b.runs[i];
    CHECK(one.strategy == two.strategy);
    CHECK(one.seed == two.seed);
    CHECK(one.variant == two.variant);
    CHECK(one.digest == two.digest);
    CHECK(std::equal(one.queries.begin(),
                     one.queries.end(),
                     two.queries.begin(),
                     two.queries.end(),
                     [](const auto& x, const auto& y) { return row_of(x) == row_of(y); }));
    const auto load = [](const NodeLoad& x) {
      return std::tuple(x.degree, x.frames_in, x.hits_in);
    };
    CHECK(std::equal(one.loads.begin(),
                     one.loads.end(),
                     two.loads.begin(),
                     two.loads.end(),
                     [&](const auto& x, const auto& y) { return load(x) == load(y); }));
  }
}

// Small, with something of everything.
constexpr std::string_view kMixed = R"(
seeds = [1, 2]
[topology]
nodes = 60
degree = 4
[content]
objects = 20
replication = 0.05
[workload]
queries = 12
strategy = ["flood", "ring"]
[churn]
crash = [0.0, 0.3]
at = "10s"
session = "60s"
absence = "20s"
duration = "24s"
)";

}  // namespace

TEST_CASE("a full flood costs 2E - N + 1 messages on every connected topology") {
  for (const std::string topology : {"kind = \"line\"\nnodes = 20",
                                     "kind = \"ring\"\nnodes = 21",
                                     "kind = \"grid\"\nnodes = 30",
                                     "kind = \"complete\"\nnodes = 12",
                                     "kind = \"star\"\nnodes = 20",
                                     "kind = \"random-regular\"\nnodes = 50\ndegree = 6",
                                     "kind = \"barabasi-albert\"\nnodes = 50\ndegree = 5"}) {
    CAPTURE(topology);
    const RunSet set = run("[topology]\n" + topology
                           + "\n[links]\nlatency = \"20ms\"\n[workload]\nqueries = 3\nttl = 40");
    REQUIRE(set.runs.size() == 1);
    const Run& only = set.runs.front();
    CHECK(only.complete);
    REQUIRE(only.queries.size() == 3);
    for (const QueryRow& row : only.queries) {
      CHECK(row.messages == 2 * only.links - only.nodes + 1);
      CHECK(row.query_frames == row.messages);
      CHECK(row.reached == only.nodes - 1);
      CHECK(row.duplicates == row.query_frames - row.reached);
      CHECK(row.coverage() == 1);
      CHECK(row.alive == only.nodes);
    }
  }
}

TEST_CASE("a TTL of t reaches nodes within t links, after as many latencies") {
  const RunSet set = run(R"(
[topology]
kind = "line"
nodes = 30
[links]
latency = "20ms"
[workload]
queries = 1
origin = 0
ttl = 4
)");
  const Run& only = set.runs.front();
  CHECK(only.queries.front().origin == 0);
  CHECK(only.queries.front().reached == 4);
  CHECK(only.queries.front().last_reached_ms == 80);
  REQUIRE(only.hops.size() == 5);
  CHECK(only.hops[0].first == 0);
  for (std::size_t hop = 1; hop <= 4; ++hop) {
    CHECK(only.hops[hop].first == 1);
    CHECK(only.hops[hop].duplicates == 0);
  }
}

TEST_CASE(
    "hits are those of others that hold the object, and the first comes by the shortest way") {
  const RunSet set = run(R"(
[topology]
kind = "complete"
nodes = 10
[links]
latency = "10ms"
[content]
objects = 1
replication = 1.0
[workload]
queries = 2
)");
  for (const QueryRow& row : set.runs.front().queries) {
    CHECK(row.hits == 9);
    CHECK(row.first_hit_ms == 20);
    CHECK(row.first_hit_hops == 1);
  }
}

TEST_CASE("every node's load and all traffic add up to what queries cost") {
  const Run only = std::move(run("[topology]\nnodes = 40\n[workload]\nqueries = 5").runs.front());
  std::uint64_t frames = 0;
  for (const NodeLoad& load : only.loads) {
    CHECK(load.degree == 5);
    frames += load.frames_in;
  }
  std::uint64_t messages = 0;
  double bytes = 0;
  for (const QueryRow& row : only.queries) {
    messages += row.messages;
    bytes += row.bytes;
  }
  CHECK(frames == messages);
  std::uint64_t query_bytes = 0;
  for (const TypeTraffic& traffic : only.traffic) {
    if (traffic.type != "query") continue;
    query_bytes = traffic.bytes;
    CHECK(traffic.frames == messages);
  }
  CHECK(bytes == static_cast<double>(query_bytes));
}

TEST_CASE("the same scenario gives the same results twice, and with any number of jobs") {
  const Scenario scenario = parsed(kMixed);
  const RunSet once = run(scenario, 1);
  CHECK(once.runs.size() == 8);
  check_equal(once, run(scenario, 1));
  check_equal(once, run(scenario, 3));
}

TEST_CASE("runs come by variant, then strategy, then seed") {
  const RunSet set = run(parsed(kMixed), 2);
  std::vector<std::tuple<std::string, StrategyId, std::uint64_t>> order;
  for (const Run& each : set.runs) order.emplace_back(each.variant.name, each.strategy, each.seed);
  REQUIRE(order.size() == 8);
  CHECK(order[0] == std::tuple("crash 0 %", StrategyId::flood, std::uint64_t{1}));
  CHECK(order[1] == std::tuple("crash 0 %", StrategyId::flood, std::uint64_t{2}));
  CHECK(order[2] == std::tuple("crash 0 %", StrategyId::ring, std::uint64_t{1}));
  CHECK(order[7] == std::tuple("crash 30 %", StrategyId::ring, std::uint64_t{2}));
  CHECK(set.crash_at_s == 10);
}

TEST_CASE("strategies and variants are asked the same by the same, as far as they live") {
  const RunSet set =
      run(parsed("[topology]\nnodes = 60\ndegree = 4\n[workload]\nqueries = 10\n"
                 "strategy = [\"flood\", \"ring\"]"));
  REQUIRE(set.runs.size() == 2);
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(set.runs[0].queries[i].origin == set.runs[1].queries[i].origin);
}

TEST_CASE("another seed is another run") {
  const RunSet set = run("seeds = [1, 2]\n[workload]\nqueries = 3");
  CHECK(set.runs[0].digest != set.runs[1].digest);
}

TEST_CASE("an edge list keeps its labels") {
  const testing::TempDir dir;
  std::ofstream(dir.path() / "edges.txt") << "# a line\n10 20\n20 30\n30 44\n";
  const std::string head = "[topology]\nkind = \"file\"\nfile = \""
                           + (dir.path() / "edges.txt").string() + "\"\n[workload]\nqueries = 1\n";
  const RunSet set = run(head + "origin = 44");
  CHECK(set.labels == std::vector<std::uint64_t>{10, 20, 30, 44});
  CHECK(set.runs.front().nodes == 4);
  CHECK(set.runs.front().links == 3);
  CHECK(set.runs.front().queries.front().origin == 44);
  CHECK(set.runs.front().queries.front().reached == 3);

  const auto none = run_scenario(parsed(head + "origin = 11"), {});
  REQUIRE(!none.ok());
  CHECK(none.error().code == ErrorCode::invalid);
  CHECK(none.error().message.find("origin = 11") != std::string::npos);
}

TEST_CASE("more copies than a machine holds are refused, for an edge list too") {
  const testing::TempDir dir;
  const std::string path = (dir.path() / "edges.txt").string();
  std::ofstream edges(path);
  for (int node = 0; node < 30; ++node) edges << node << " " << node + 1 << "\n";
  edges.close();
  const auto full = run_scenario(parsed("[topology]\nkind = \"file\"\nfile = \"" + path
                                        + "\"\n[content]\nobjects = 10000000\nreplication = 1"),
                                 {});
  REQUIRE(!full.ok());
  CHECK(full.error().message.find("31 nodes") != std::string::npos);
}

TEST_CASE("an edge list that is none is an error") {
  const testing::TempDir dir;
  const std::string path = (dir.path() / "edges.txt").string();
  const Scenario scenario = [&] {
    std::ofstream(path) << "1 2\nx y\n";
    return parsed("[topology]\nkind = \"file\"\nfile = \"" + path + "\"");
  }();
  const auto bad = run_scenario(scenario, {});
  REQUIRE(!bad.ok());
  CHECK(bad.error().message.find(path) != std::string::npos);
  CHECK(bad.error().message.find("line 2") != std::string::npos);
  std::ofstream(path) << "# nothing\n";
  CHECK(!run_scenario(scenario, {}).ok());
}

TEST_CASE("when nodes crash, those that are left are counted, and asked") {
  const RunSet set = run(R"(
[topology]
nodes = 100
[workload]
queries = 60
[churn]
crash = 0.5
at = "30s"
duration = "60s"
)");
  const Run& only = set.runs.front();
  REQUIRE(only.queries.size() == 60);
  for (const QueryRow& row : only.queries) {
    CHECK(row.alive == (row.asked_at_s < 30 ? 100 : 50));
    CHECK(row.reached < row.alive);
    CHECK(row.asked_at_s == row.query);
  }
  CHECK(only.queries.front().coverage() == 1);
}

TEST_CASE("nodes come and go, and who is back is reached again") {
  for (const char* discover : {"true", "false"}) {
    CAPTURE(discover);
    const RunSet set = run(std::string("[topology]\nnodes = 60\ndiscover = ") + discover + R"(
[workload]
queries = 90
[churn]
session = "60s"
absence = "5s"
duration = "180s"
graceful = true
)");
    const Run& only = set.runs.front();
    double coverage = 0;
    std::uint64_t fewest = 60;
    for (const QueryRow& row : only.queries) {
      coverage += row.coverage() / 90;
      fewest = std::min(fewest, row.alive);
    }
    CHECK(fewest < 58);
    CHECK(coverage > 0.9);
  }
}

TEST_CASE("a partition halves what is reached until it heals") {
  const RunSet set = run(R"(
[topology]
nodes = 100
degree = 8
[workload]
queries = 60
origin = 7
[churn]
duration = "60s"
[partition]
share = 0.4
at = "20s"
heal = "23s"
)");
  for (const QueryRow& row : set.runs.front().queries) {
    CAPTURE(row.asked_at_s);
    if (row.asked_at_s < 18 || row.asked_at_s > 24) {
      CHECK(row.reached == 99);
    } else if (row.asked_at_s == 21) {
      CHECK((row.reached == 59 || row.reached == 39));
    }
  }
}

TEST_CASE("an interrupted scenario keeps the queries that were over") {
  Scenario scenario = parsed("seeds = [1, 2, 3]\n[workload]\nqueries = 100000");
  std::atomic<bool> cancel{false};
  RunOptions options;
  options.jobs = 1;
  options.cancel = &cancel;
  options.progress = [&](const Progress& progress) {
    CHECK(progress.runs == 3);
    if (progress.done > 0) cancel = true;
  };
  const auto set = run_scenario(scenario, options);
  REQUIRE(set.ok());
  CHECK(set->interrupted);
  REQUIRE(set->runs.size() == 1);
  const Run& only = set->runs.front();
  CHECK(!only.complete);
  CHECK(!only.queries.empty());
  CHECK(only.queries.size() < 100000);
  for (std::size_t i = 0; i < only.queries.size(); ++i) CHECK(only.queries[i].query == i);
  CHECK(only.loads.size() == 256);
}

TEST_CASE("a run can be stopped while its links come up") {
  const Scenario scenario = parsed("[topology]\nnodes = 4000");
  RunPlan plan;
  plan.scenario = &scenario;
  plan.seed = 1;
  int told = 0;
  const auto outcome = perform_run(plan, [&](const RunState& state) {
    CHECK(state.virtual_time == Duration{});
    return ++told < 2;
  });
  REQUIRE(outcome.ok());
  CHECK(told == 2);
  CHECK_FALSE(outcome->run.complete);
  CHECK(outcome->run.queries.empty());
}

TEST_CASE("one node alone reaches nobody, and says so") {
  const RunSet set = run("[topology]\nkind = \"line\"\nnodes = 1\n[workload]\nqueries = 2");
  REQUIRE(set.runs.front().queries.size() == 2);
  for (const QueryRow& row : set.runs.front().queries) {
    CHECK(row.messages == 0);
    CHECK(row.reached == 0);
    CHECK(row.coverage() == 0);
    CHECK(row.hits == 0);
  }
}

}  // namespace freshet::bench
