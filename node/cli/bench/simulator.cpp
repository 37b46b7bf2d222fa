// How many deliveries of frames the simulator makes in a CPU-second: floods with a TTL of 7 on a
// random graph of degree 8, frames taking 10 to 100 ms.
#include "node/bench/cpu_time.h"
#include "node/cli/bench/figure.h"
#include "node/cli/results_out.h"
#include "node/sim/simulation.h"

namespace freshet::cli {
namespace {

constexpr std::size_t kSimulatedNodes = 100'000;
constexpr std::size_t kFewNodes = 1'000;
constexpr std::size_t kQueries = 10;
constexpr std::size_t kFewQueries = 2;
constexpr sim::NodeIndex kDegree = 8;
constexpr std::uint8_t kTtl = 7;

Status flood(sim::Simulation& simulation, Rng& rng) {
  wire::Query query;
  query.terms = {"holiday", "photographs", "summer", "2024"};
  const auto origin = rng.below(simulation.topology().nodes);
  const auto result = simulation.query(static_cast<sim::NodeIndex>(origin), query, kTtl);
  if (!result) return result.error();
  if (interrupted()) return interruption();
  return kOk;
}

}  // namespace

Result<Figures> measure_simulator(const BenchPlan& plan) {
  const auto nodes = static_cast<sim::NodeIndex>(plan.size(kSimulatedNodes, kFewNodes));
  const sim::Topology topology = sim::random_regular(nodes, kDegree, Rng::from_seed(1));
  const sim::NoContent nothing;
  const sim::LatencyConfig latency{.kind = sim::LatencyConfig::Kind::uniform,
                                   .low = std::chrono::milliseconds(10),
                                   .high = std::chrono::milliseconds(100)};
  sim::Simulation simulation(
      topology, {.network = {.latency = latency}, .reproduce = "freshet bench"}, nothing);
  if (Status settled = simulation.settle([] { return !interrupted(); }); !settled)
    return settled.error();
  Rng rng = Rng::from_seed(7);
  // The first one, in which engines come into being, is not timed.
  if (Status flooded = flood(simulation, rng); !flooded) return flooded.error();
  const double began = bench::own_cpu_seconds();
  const std::uint64_t before = simulation.host().counters().deliveries;
  for (std::size_t i = 0; i < plan.size(kQueries, kFewQueries); ++i) {
    if (Status flooded = flood(simulation, rng); !flooded) return flooded.error();
  }
  const auto deliveries = static_cast<double>(simulation.host().counters().deliveries - before);
  return Figures{{.key = "deliveries_per_cpu_second",
                  .what = "deliveries in a CPU-second of the simulator, floods",
                  .value = deliveries / (bench::own_cpu_seconds() - began),
                  .unit = ""}};
}

}  // namespace freshet::cli
