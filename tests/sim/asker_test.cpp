// When a query is over, alone and among others.
#include "node/sim/asker.h"

#include <map>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

using core::StrategyId;

struct Fixture {
  explicit Fixture(const NetworkConfig& network = {})
      : topology(ring(8)),
        simulation(topology, config_with(network), files) {
    put(files, 3, "boat");
    put(files, 5, "sail");
    must(simulation.settle());
  }
  static SimulationConfig config_with(const NetworkConfig& network) {
    SimulationConfig config = with_seed(1);
    config.network = network;
    return config;
  }
  Host& host() { return simulation.host(); }

  FileTable files;
  Topology topology;
  Simulation simulation;
};

TEST_CASE("a flood is over with its last frame") {
  Fixture fixture;
  const TimePoint begin = fixture.host().now();
  const QueryResult result = must(fixture.simulation.query(0, ask_for("sail"), 7));
  CHECK(result.distinct_hits == 1);
  CHECK(fixture.host().now() == begin + 6 * 50ms);  // three hops out, three back
  CHECK(result.asked == begin);
  CHECK(result.origin == 0);
  CHECK(result.alive == 8);
  CHECK(*result.first_hit == 300ms);
  CHECK(result.first_hit_hops == 3);
  CHECK(*result.last_reached == 200ms);
}

TEST_CASE("a query of another strategy is over when it has rested") {
  Fixture fixture;
  const TimePoint begin = fixture.host().now();
  const auto result = fixture.simulation.query(
      {.origin = 0, .query = ask_for("sail"), .strategy = StrategyId::tree}, {.settle = 2s});
  REQUIRE(result.ok());
  CHECK(result->distinct_hits == 1);
  CHECK(fixture.host().now() >= begin + 2s);
}

TEST_CASE("a query without a frame is over at once") {
  Fixture fixture;
  const TimePoint begin = fixture.host().now();
  const QueryResult result = must(fixture.simulation.query(0, ask_for("boat"), 0));
  CHECK(result.messages == 0);
  CHECK(fixture.host().now() == begin);
}

TEST_CASE("a query is given up after the limit, and what comes later is nobody's") {
  Fixture fixture({.latency = {.low = 2s}});
  const auto result =
      fixture.simulation.query({.origin = 0, .query = ask_for("boat")}, {.limit = 3s});
  REQUIRE(result.ok());
  CHECK(result->reached == 2);
  run_for(fixture.host(), 100s);
  const QueryResult next = must(fixture.simulation.query(0, ask_for("boat"), 7));
  CHECK(next.reached == 7);
}

TEST_CASE("queries asked at their times overlap, and each is handed over when it is over") {
  Fixture fixture;
  std::map<std::uint64_t, QueryResult> over;
  std::vector<std::uint64_t> order;
  Asker asker(fixture.host(), {}, [&](std::uint64_t number, QueryResult result) {
    order.push_back(number);
    over.emplace(number, std::move(result));
  });
  const TimePoint begin = fixture.host().now();
  must(asker.ask({.origin = 0, .query = ask_for("boat"), .ttl = 7}, 10));
  must(asker.run_until(begin + 100ms));
  CHECK(fixture.host().now() == begin + 100ms);
  must(asker.ask({.origin = 1, .query = ask_for("sail"), .ttl = 1}, 11));
  CHECK(asker.active() == 2);
  must(asker.run_until(begin + 200ms));
  CHECK(order == std::vector<std::uint64_t>{11});
  must(asker.finish());
  CHECK(order == std::vector<std::uint64_t>{11, 10});
  CHECK(asker.active() == 0);
  CHECK(over.at(10).query_frames == 9);
  CHECK(over.at(10).distinct_hits == 1);
  CHECK(over.at(11).query_frames == 2);
  CHECK(over.at(11).asked == begin + 100ms);
}

TEST_CASE("hundreds of queries are followed at a time") {
  Fixture fixture;
  std::uint64_t reached = 0;
  Asker asker(fixture.host(), {}, [&](std::uint64_t, const QueryResult& result) {
    reached += result.reached;
  });
  for (std::uint64_t i = 0; i < 500; ++i) {
    must(asker.ask({.origin = static_cast<NodeIndex>(i % 8), .query = ask_for("boat")}, i));
    must(asker.run_until(fixture.host().now() + 1ms));
  }
  must(asker.finish());
  CHECK(reached == 500 * 7);
}

TEST_CASE("a query whose origin crashes ends with its last frame") {
  Fixture fixture;
  std::optional<QueryResult> over;
  Asker asker(
      fixture.host(), {}, [&](std::uint64_t, QueryResult result) { over = std::move(result); });
  must(asker.ask({.origin = 0, .query = ask_for("boat")}, 0));
  fixture.host().crash(0);
  must(asker.finish());
  REQUIRE(over.has_value());
  CHECK(over->reached == 7);
  CHECK(over->distinct_hits == 0);
}

TEST_CASE("hits are counted by node and object, and kept only when wanted") {
  FileTable files;
  for (const char* name : {"boat", "boat 2", "boat 3"}) put(files, 1, name);
  put(files, 2, "boat");
  put(files, 0, "boat");
  const Topology topology = line(3);
  for (const bool keep : {true, false}) {
    SimulationConfig config = with_seed(1);
    config.log.keep_hits = keep;
    Simulation simulation(topology, config, files);
    must(simulation.settle());
    const QueryResult result = must(simulation.query(0, ask_for("boat"), 7));
    CHECK(result.distinct_hits == 4);
    CHECK(result.hits.empty() != keep);
  }
}

}  // namespace
}  // namespace freshet::sim::testing
