#include "node/sim/simulation.h"

#include <algorithm>

namespace freshet::sim {
namespace {

constexpr std::size_t kLinksAtOnce = 4096;

core::Config node_config(const Topology& topology, const SimulationConfig& simulation) {
  core::Config config = simulation.node;
  config.overlay.discover = simulation.discover;
  for (const NodeIndex degree : topology.degrees())
    config.overlay.max_links = std::max<std::size_t>(config.overlay.max_links, degree);
  return config;
}

}  // namespace

Simulation::Simulation(const Topology& topology,
                       const SimulationConfig& config,
                       const Content& content)
    : topology_(topology),
      calm_(config.calm),
      node_config_(node_config(topology_, config)),
      host_(node_config_,
            content,
            {.nodes = topology_.nodes,
             .seed = config.seed,
             .network = config.network,
             .log = config.log,
             .reproduce = config.reproduce,
             .plain_queue = config.plain_queue}) {}

Status Simulation::settle(const std::function<bool()>& go_on) {
  const auto& edges = topology_.edges;
  for (std::size_t begun = 0; begun < edges.size();) {
    if (go_on && !go_on()) return Error{ErrorCode::canceled, "simulation: stopped"};
    const std::size_t end = std::min(begun + kLinksAtOnce, edges.size());
    for (; begun < end; ++begun) {
      // Who mends its links cares which of them it dialled: half of a node's, whatever its number.
      const bool is_swapped = node_config_.overlay.discover && begun % 2 != 0;
      const auto [a, b] = edges[begun];
      host_.connect(is_swapped ? b : a, is_swapped ? a : b);
    }
    const TimePoint limit = host_.now() + node_config_.overlay.hello_timeout;
    while (host_.counters().established < 2 * begun) {
      if (host_.step(limit)) continue;
      // Nodes that dial too may have closed a link in favour of another one.
      if (node_config_.overlay.discover && !host_.failure()) break;
      return Error{ErrorCode::timed_out,
                   host_.failure().value_or("simulation: links did not exchange Hello")};
    }
  }
  if (calm_ > Duration{} && !host_.run_until(host_.now() + calm_))
    return Error{ErrorCode::timed_out, host_.failure().value_or("simulation: stopped")};
  host_.begin_faults();
  return kOk;
}

}  // namespace freshet::sim
