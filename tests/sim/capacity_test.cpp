// A mesh of nodes that are not alike: those whose uplinks are strong come to carry many links,
// those whose are weak few, because of what they measure and nothing else.
#include <cstdint>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "node/sim/asker.h"
#include "tests/sim/components.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

constexpr NodeIndex kNodes = 200;
constexpr std::size_t kHolders = 10;
const std::string kWord(150, 'b');  ///< so that few queries are a load
/// With the links that a node has at first these make it send 25 kB/s.
constexpr Duration kManyQueries = 40ms;
constexpr Duration kFewQueries = 1s;
constexpr NetworkConfig kUnlike = {
    .latency = {.kind = LatencyConfig::Kind::uniform, .low = 10ms, .high = 100ms},
    .bandwidth_bytes_per_s = 1'000'000,
    .weak = {.share = 0.5, .bandwidth_bytes_per_s = 20'000}};

core::Config open_config() {
  core::Config config;
  config.overlay.listen_port = kDefaultPort;
  return config;
}

// Nodes that find links by themselves, and searches of random ones among them.
struct Mesh {
  explicit Mesh(std::uint64_t seed)
      : rng(Rng::from_seed(seed)),
        config(open_config()),
        host(config,
             files,
             {.nodes = kNodes,
              .seed = seed,
              .network = kUnlike,
              .reproduce = "tests/test_capacity"}),
        asker(host, {}, [this](std::uint64_t /*number*/, const QueryResult& result) {
          ++asked;
          found += result.hits.empty() ? 0 : 1;
        }) {
    for (std::size_t i = 0; i < kHolders; ++i)
      put(files, any_node(), kWord + " " + std::to_string(i));
    for (NodeIndex node = 1; node < kNodes; ++node) {
      const core::overlay::PeerNumber known{static_cast<NodeIndex>(rng.below(node))};
      host.give(
          node,
          core::Input(core::overlay::Input(core::overlay::AddPeer{.peer = known, .keep = false})));
    }
    run_for(host, 60s);
  }
  NodeIndex any_node() { return static_cast<NodeIndex>(rng.below(kNodes)); }

  /// Searches so often for so long, waits until all are over, and says which share found something.
  double search_for(Duration time, Duration every) {
    asked = 0;
    found = 0;
    const TimePoint end = host.now() + time;
    while (host.now() < end) {
      must(asker.ask({.origin = any_node(), .query = ask_for(kWord), .ttl = 7}, ++number));
      must(asker.run_until(host.now() + every));
    }
    const Degrees before = degrees();
    must(asker.finish());
    at_end = before;
    return static_cast<double>(found) / static_cast<double>(asked);
  }

  struct Degrees {
    double strong = 0;
    double weak = 0;
  };
  /// Links of a node, on average.
  [[nodiscard]] Degrees degrees() const {
    const MeshGraph graph(host);
    Degrees sum;
    double weak = 0;
    for (NodeIndex node = 0; node < kNodes; ++node) {
      (host.is_weak(node) ? sum.weak : sum.strong) += static_cast<double>(graph.of(node).size());
      weak += host.is_weak(node) ? 1 : 0;
    }
    return {.strong = sum.strong / (kNodes - weak), .weak = sum.weak / weak};
  }

  Rng rng;
  FileTable files;
  core::Config config;
  Host host;
  Asker asker;
  std::uint64_t number = 0;
  std::uint64_t asked = 0;
  std::uint64_t found = 0;
  Degrees at_end;  ///< of the last search_for(), when its last query was asked
};

void tell(const Mesh& mesh, const std::string& when, double success) {
  MESSAGE(when << ": strong nodes have " << mesh.at_end.strong << " links, weak ones "
               << mesh.at_end.weak << "; " << success << " of the searches found something");
}

}  // namespace

TEST_CASE("a share of the nodes is weak, the same ones for a seed, each with its own bandwidth") {
  const auto weak_ones = [](std::uint64_t seed) {
    const Network network(kUnlike, kNodes, Rng::from_seed(seed));
    std::vector<NodeIndex> weak;
    for (NodeIndex node = 0; node < kNodes; ++node) {
      if (network.is_weak(node)) weak.push_back(node);
      CHECK(network.bandwidth_of(node) == (network.is_weak(node) ? 20'000 : 1'000'000));
    }
    return weak;
  };
  CHECK(weak_ones(1).size() == kNodes / 2);
  CHECK(weak_ones(1) == weak_ones(1));
  CHECK(weak_ones(1) != weak_ones(2));
  CHECK(limits_bandwidth({.weak = {.share = 0.1, .bandwidth_bytes_per_s = 1}}));
  CHECK_FALSE(limits_bandwidth({}));
}

TEST_CASE("under load strong nodes come to carry more links than weak ones, in one mesh") {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    CAPTURE(seed);
    Mesh mesh(seed);
    const double before = mesh.search_for(60s, kFewQueries);
    tell(mesh, "at rest", before);
    CHECK(mesh.at_end.strong < 1.1 * mesh.at_end.weak);
    CHECK(before == 1);

    const double loaded = mesh.search_for(240s, kManyQueries);
    tell(mesh, "after four minutes of load", loaded);
    CHECK(mesh.at_end.strong > 1.3 * mesh.at_end.weak);
    CHECK(mesh.at_end.strong >= 6);
    CHECK(loaded > 0.85);  // what weak nodes ask and answer waits behind all else that they send

    run_for(mesh.host, 20s);
    CHECK(MeshGraph(mesh.host).connected_share() == 1);
    const double after = mesh.search_for(60s, kFewQueries);
    tell(mesh, "at rest again", after);
    CHECK(after == before);
    CHECK(MeshGraph(mesh.host).connected_share() == 1);
  }
}

}  // namespace freshet::sim::testing
