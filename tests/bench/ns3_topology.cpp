#include "tests/bench/ns3_topology.h"

#include "node/sim/topology.h"

namespace freshet {

std::vector<DelayedLink> delayed_links(std::uint32_t nodes) {
  constexpr sim::NodeIndex kDegree = 8;
  const sim::Topology topology = sim::random_regular(nodes, kDegree, Rng::from_seed(1));
  Rng rng = Rng::from_seed(2);
  std::vector<DelayedLink> links;
  for (const auto& [a, b] : topology.edges) {
    links.push_back(
        {.one = a, .other = b, .delay_ms = static_cast<std::uint32_t>(10 + rng.below(91))});
  }
  return links;
}

}  // namespace freshet
