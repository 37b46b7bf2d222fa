#include "node/bench/run_parts.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>

#include "node/base/endpoint.h"
#include "node/base/rng.h"

namespace freshet::bench {
namespace {

constexpr std::size_t kFewestLinks = 2;  ///< that a node which mends its overlay wants

}  // namespace

core::Config node_config(const Scenario& scenario,
                         std::uint64_t seed,
                         const sim::Topology& topology) {
  core::Config config;
  config.overlay.listen_port = kDefaultPort;
  config.overlay.max_ttl = std::max(config.overlay.max_ttl, scenario.workload.ttl);
  config.overlay.walk_key = seed;
  config.overlay.caches_hits = scenario.cache.age != Duration{};
  config.search.cache_age = scenario.cache.age;
  config.search.cache_bytes = scenario.cache.bytes;
  const double degree =
      2 * static_cast<double>(topology.edges.size()) / static_cast<double>(topology.nodes);
  const bool is_self = scenario.topology.kind == TopologyKind::self;
  config.overlay.target_links =
      is_self ? std::max<std::size_t>(kFewestLinks, scenario.topology.degree)
              : std::max(kFewestLinks, static_cast<std::size_t>(std::llround(degree)));
  for (const sim::NodeIndex links : topology.degrees())
    config.overlay.max_links = std::max<std::size_t>(config.overlay.max_links, links);
  return config;
}

std::uint64_t links_in(const Scenario& scenario,
                       const sim::Topology& topology,
                       const std::vector<std::uint32_t>& degrees) {
  if (scenario.topology.kind != TopologyKind::self) return topology.edges.size();
  return std::accumulate(degrees.begin(), degrees.end(), std::uint64_t{0}) / 2;
}

Guid guid_of_query(std::uint64_t seed, std::uint32_t query) {
  return Rng::from_seed(seed).fork("guids").fork(query).guid();
}

std::uint64_t label_of(const sim::Topology& topology, sim::NodeIndex node) {
  return topology.labels.empty() ? node : topology.labels[node];
}

Result<std::optional<sim::NodeIndex>> origin_in(const sim::Topology& topology,
                                                const WorkloadSpec& workload) {
  if (!workload.origin) return std::optional<sim::NodeIndex>();
  if (topology.labels.empty()) return std::optional(static_cast<sim::NodeIndex>(*workload.origin));
  const auto found =
      std::lower_bound(topology.labels.begin(), topology.labels.end(), *workload.origin);
  if (found == topology.labels.end() || *found != *workload.origin) {
    return Error{ErrorCode::invalid,
                 "[workload] origin = " + std::to_string(*workload.origin)
                     + ": no node of the topology's file has this label"};
  }
  return std::optional(static_cast<sim::NodeIndex>(found - topology.labels.begin()));
}

}  // namespace freshet::bench
