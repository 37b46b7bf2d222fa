// The topology that a scenario names.
#include <fstream>
#include <iterator>
#include <string>

#include "node/base/check.h"
#include "node/bench/run.h"

namespace freshet::bench {

sim::Topology draw_topology(const TopologySpec& topology, std::uint64_t seed) {
  const Rng rng = Rng::from_seed(seed).fork("topology");
  switch (topology.kind) {
    case TopologyKind::line:
      return sim::line(topology.nodes);
    case TopologyKind::ring:
      return sim::ring(topology.nodes);
    case TopologyKind::grid:
      return sim::grid(topology.nodes);
    case TopologyKind::complete:
      return sim::complete(topology.nodes);
    case TopologyKind::star:
      return sim::star(topology.nodes);
    case TopologyKind::random_regular:
      return sim::random_regular(topology.nodes, topology.degree, rng);
    case TopologyKind::erdos_renyi:
      return sim::erdos_renyi(topology.nodes, topology.degree, rng);
    case TopologyKind::barabasi_albert:
      return sim::barabasi_albert(topology.nodes, topology.degree, rng);
    case TopologyKind::watts_strogatz:
      return sim::watts_strogatz(topology.nodes, topology.degree, topology.rewire, rng);
    case TopologyKind::self: {
      sim::Topology chain;
      chain.nodes = topology.nodes;
      Rng draw = rng;
      for (sim::NodeIndex node = 1; node < topology.nodes; ++node)
        chain.edges.emplace_back(static_cast<sim::NodeIndex>(draw.below(node)), node);
      return chain;
    }
    case TopologyKind::file:
      break;
  }
  FRESHET_CHECK(false && "a file is loaded, not drawn");
}

Result<sim::Topology> load_topology(const std::string& file) {
  std::ifstream stream(file, std::ios::binary);
  const std::string text{std::istreambuf_iterator<char>(stream), {}};
  if (!stream) return Error{ErrorCode::invalid, file + ": cannot be read"};
  auto topology = sim::from_edge_list(text);
  if (!topology) return Error{ErrorCode::invalid, file + ": " + topology.error().message};
  if (topology->nodes == 0) return Error{ErrorCode::invalid, file + ": there is no edge in it"};
  if (topology->nodes > sim::kMaxNodes)
    return Error{ErrorCode::invalid, file + ": has too many nodes to be simulated"};
  return topology;
}

}  // namespace freshet::bench
