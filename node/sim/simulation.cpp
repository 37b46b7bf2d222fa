#include "node/sim/simulation.h"

#include <algorithm>

namespace freshet::sim {
namespace {

constexpr std::size_t kLinksAtOnce = 4096;

core::Config static_config(const Topology& topology, core::Config config) {
  config.overlay.discover = false;
  for (const NodeIndex degree : topology.degrees())
    config.overlay.max_links = std::max<std::size_t>(config.overlay.max_links, degree);
  return config;
}

}  // namespace

Simulation::Simulation(const Topology& topology,
                       const SimulationConfig& config,
                       const Content& content)
    : topology_(topology),
      node_config_(static_config(topology_, config.node)),
      latency_(config.latency),
      host_(node_config_,
            latency_,
            content,
            {.nodes = topology_.nodes, .seed = config.seed, .reproduce = config.reproduce}) {}

Status Simulation::settle() {
  const auto& edges = topology_.edges;
  for (std::size_t begun = 0; begun < edges.size();) {
    const std::size_t end = std::min(begun + kLinksAtOnce, edges.size());
    for (; begun < end; ++begun) host_.connect(edges[begun].first, edges[begun].second);
    const TimePoint limit = host_.now() + node_config_.overlay.hello_timeout;
    while (host_.counters().established < 2 * begun) {
      if (host_.step(limit)) continue;
      return Error{ErrorCode::timed_out,
                   host_.failure().value_or("simulation: links did not exchange Hello")};
    }
  }
  return kOk;
}

Result<QueryResult> Simulation::query(NodeIndex origin,
                                      const wire::Query& query,
                                      std::uint8_t ttl) {
  const auto track = host_.ask(origin, query, ttl);
  if (!track) return Error{ErrorCode::invalid, "simulation: too many queries at once"};
  while (!host_.is_done(*track)) {
    if (!host_.step(TimePoint::max())) {
      return Error{ErrorCode::invalid, host_.failure().value_or("simulation: ran dry")};
    }
  }
  if (host_.failure()) return Error{ErrorCode::invalid, *host_.failure()};
  return host_.take_result(*track);
}

}  // namespace freshet::sim
