// Every strategy in the simulator's world: a query comes to an end, its rules are kept, and what it
// cost is told apart by type of frame. How well each one searches is tested elsewhere.
#include <array>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

using core::StrategyId;

std::uint64_t frames_of(const QueryResult& result, wire::FrameType type) {
  for (const auto& of_type : result.by_type) {
    if (of_type.type == type) return of_type.traffic.frames;
  }
  return 0;
}

constexpr std::array kAll = {StrategyId::flood,
                             StrategyId::ring,
                             StrategyId::walk,
                             StrategyId::tree,
                             StrategyId::routed,
                             StrategyId::automatic};

TEST_CASE("under every strategy queries end, keep the rules and add up") {
  const Topology topology = random_regular(200, 6, Rng::from_seed(1));
  for (const StrategyId strategy : kAll) {
    CAPTURE(core::to_string(strategy));
    FileTable files;
    for (NodeIndex node = 5; node < 200; node += 10) put(files, node, "blue boat");
    SimulationConfig config = with_seed(3);
    config.network.latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
    config.log.count_loads = true;
    Simulation simulation(topology, config, files);
    must(simulation.settle());
    std::uint64_t messages = 0;
    std::uint64_t hit_frames = 0;
    for (NodeIndex origin = 0; origin < 5; ++origin) {
      const QueryResult result = must(simulation.query(
          {.origin = origin, .query = ask_for("boat"), .strategy = strategy, .wanted = 10}));
      CHECK(result.distinct_hits > 0);
      CHECK(result.first_hit.has_value());
      CHECK(result.query_frames == frames_of(result, wire::FrameType::query));
      CHECK(result.hit_frames == frames_of(result, wire::FrameType::query_hit));
      std::uint64_t frames = 0;
      std::uint64_t bytes = 0;
      for (const auto& of_type : result.by_type) {
        frames += of_type.traffic.frames;
        bytes += of_type.traffic.bytes;
      }
      CHECK(result.messages == frames - result.hit_frames);
      CHECK(result.bytes == bytes - result.hit_bytes);
      CHECK(result.query_frames == result.first + result.duplicates);
      messages += result.messages;
      hit_frames += result.hit_frames;
      CHECK(simulation.host().frames_alive() < 200);  // nothing of it is left but pings
    }
    QueryLog::Load sum;
    for (const auto& load : simulation.host().log().loads()) {
      sum.frames_in += load.frames_in;
      sum.hits_in += load.hits_in;
    }
    CHECK(sum.frames_in == messages);
    CHECK(sum.hits_in == hit_frames);
  }
}

}  // namespace
}  // namespace freshet::sim::testing
