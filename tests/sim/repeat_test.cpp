// A run depends on its seed and on nothing else: not on when it is made, and not on the queue that
// orders its events.
#include <sstream>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

using core::StrategyId;

struct World {
  const char* name;
  NetworkConfig network;
};

std::vector<World> worlds() {
  const LatencyConfig uniform{.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms};
  const LatencyConfig lognormal{.kind = LatencyConfig::Kind::lognormal, .low = 30ms, .sigma = 1};
  return {{"constant", {.latency = {.low = 50ms}}},
          {"no latency at all", {.latency = {.low = 0ms}}},
          {"a fraction of a millisecond", {.latency = {.low = 100us}}},
          {"uniform", {.latency = uniform}},
          {"lognormal", {.latency = lognormal}},
          {"lossy and slow",
           {.latency = uniform, .loss = 0.05, .bandwidth_bytes_per_s = 50'000, .clogged = 0.05}},
          {"parted", {.latency = lognormal, .partition = {.share = 0.3, .at = 1s, .heal = 40s}}}};
}

/// Everything that a run shows: the state of all nodes, and what queries did, in one text.
std::string run(const World& world, StrategyId strategy, std::uint64_t seed, bool plain_queue) {
  FileTable files;
  for (NodeIndex node = 3; node < 120; node += 11) put(files, node, "blue boat");
  const Topology topology = random_regular(120, 6, Rng::from_seed(seed).fork("topology"));
  SimulationConfig config = with_seed(seed);
  config.network = world.network;
  config.discover = true;
  config.node.overlay.listen_port = kDefaultPort;
  config.plain_queue = plain_queue;
  Simulation simulation(topology, config, files);
  must(simulation.settle());
  std::ostringstream seen;
  for (NodeIndex origin = 0; origin < 4; ++origin) {
    if (origin == 2) simulation.host().crash(50);
    const QueryResult result = must(simulation.query(
        {.origin = origin, .query = ask_for("boat"), .strategy = strategy, .wanted = 5}));
    seen << result.messages << ' ' << result.bytes << ' ' << result.duplicates << ' '
         << result.reached << ' ' << result.distinct_hits << ' '
         << result.first_hit.value_or(Duration{}).count() << ' '
         << result.last_reached.value_or(Duration{}).count() << '\n';
    run_for(simulation.host(), 10s);
  }
  seen << simulation.host().counters().events << ' ' << simulation.digest();
  return seen.str();
}

TEST_CASE("the same seed gives the same run twice, and with either queue") {
  for (const World& world : worlds()) {
    CAPTURE(world.name);
    for (const StrategyId strategy : {StrategyId::flood, StrategyId::tree, StrategyId::automatic}) {
      CAPTURE(core::to_string(strategy));
      const std::string once = run(world, strategy, 1, false);
      CHECK(once == run(world, strategy, 1, false));
      CHECK(once == run(world, strategy, 1, true));
      CHECK(once != run(world, strategy, 2, false));
    }
  }
}

}  // namespace
}  // namespace freshet::sim::testing
