// A mesh that stays whole: nodes die in numbers, networks are cut and mended, machines sleep. Of
// 1,000 nodes; FRESHET_NODES says how many else, 10,000 for the figures in the README.
#include <cstdlib>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "tests/sim/components.h"
#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

NodeIndex many_nodes() {
  const char* text = std::getenv("FRESHET_NODES");
  return text == nullptr ? 1000 : static_cast<NodeIndex>(std::stoul(text));
}

core::Config open_config() {
  core::Config config;
  config.overlay.listen_port = kDefaultPort;
  return config;
}

core::Input named(NodeIndex peer) {
  return core::Input(core::overlay::Input(
      core::overlay::AddPeer{.peer = core::overlay::PeerNumber{peer}, .keep = false}));
}

// Nodes that find links by themselves, from one address each.
struct Mesh {
  Mesh(NodeIndex nodes, std::uint64_t seed, PartitionConfig partition = {})
      : config(open_config()),
        host(config,
             nothing,
             {.nodes = nodes,
              .seed = seed,
              .network = {.latency = {.kind = LatencyConfig::Kind::uniform,
                                      .low = 10ms,
                                      .high = 100ms},
                          .partition = partition},
              .reproduce = "tests/test_healing"}) {}

  /// Nodes `first` to `last` join one after another, a hundred a second, each by one of those
  /// before it.
  void form(NodeIndex first, NodeIndex last, Rng rng) {
    for (NodeIndex node = first + 1; node < last; ++node) {
      host.give(node, named(first + static_cast<NodeIndex>(rng.below(node - first))));
      if (node % 10 == 0) run_for(host, 100ms);
    }
  }
  /// A share of all nodes dies at once, silently.
  void crash(double share, Rng rng) {
    std::vector<NodeIndex> order(host.size());
    for (NodeIndex node = 0; node < host.size(); ++node) order[node] = node;
    const auto count = static_cast<std::size_t>(share * static_cast<double>(order.size()));
    for (std::size_t i = 0; i < count; ++i) {
      std::swap(order[i], order[i + rng.below(order.size() - i)]);
      host.crash(order[i]);
    }
  }
  /// Seconds until the largest component has that share of all nodes; `most` + 1 when never.
  int seconds_until_whole(double share, int most) {
    for (int second = 0; second <= most; ++second) {
      if (MeshGraph(host).connected_share() >= share) return second;
      run_for(host, 1s);
    }
    return most + 1;
  }

  NoContent nothing;
  core::Config config;
  Host host;
};

void tell(const Mesh& mesh, const std::string& when) {
  const MeshGraph graph(mesh.host);
  MESSAGE(when << ": " << graph.nodes() << " nodes, mean degree " << graph.mean_degree()
               << ", highest " << graph.highest_degree() << ", connected "
               << graph.connected_share());
}

TEST_CASE("nodes that join by one known peer each form one mesh of small degree") {
  Mesh mesh(many_nodes(), 1);
  mesh.form(0, mesh.host.size(), Rng::from_seed(1));
  run_for(mesh.host, 60s);
  tell(mesh, "formed");
  const MeshGraph graph(mesh.host);
  CHECK(graph.connected_share() == 1);
  CHECK(graph.mean_degree() >= 5);
  CHECK(graph.mean_degree() <= 8);
  run_for(mesh.host, 300s);
  tell(mesh, "later");
  CHECK(MeshGraph(mesh.host).mean_degree() <= 7);
}

TEST_CASE("after half of all nodes crash the rest is one mesh again within 30 seconds") {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Mesh mesh(many_nodes(), seed);
    mesh.form(0, mesh.host.size(), Rng::from_seed(seed));
    run_for(mesh.host, 73s);
    mesh.crash(0.5, Rng::from_seed(seed));
    tell(mesh, "half crashed");
    const int seconds = mesh.seconds_until_whole(0.999, 30);
    tell(mesh, "after " + std::to_string(seconds) + " s");
    CHECK(seconds <= 30);
    run_for(mesh.host, std::chrono::seconds(30 - std::min(seconds, 30)));
    tell(mesh, "after 30 s");
    CHECK(MeshGraph(mesh.host).connected_share() >= 0.999);
  }
}

TEST_CASE("after four fifths of all nodes crash the rest is one mesh again within 60 seconds") {
  for (std::uint64_t seed = 1; seed <= 2; ++seed) {
    Mesh mesh(many_nodes(), seed);
    mesh.form(0, mesh.host.size(), Rng::from_seed(seed));
    run_for(mesh.host, 73s);
    mesh.crash(0.8, Rng::from_seed(seed));
    tell(mesh, "four fifths crashed");
    const int seconds = mesh.seconds_until_whole(0.999, 60);
    tell(mesh, "after " + std::to_string(seconds) + " s");
    CHECK(seconds <= 60);
  }
}

TEST_CASE("two meshes that meet by one link mix") {
  Mesh mesh(200, 3);
  mesh.form(0, 100, Rng::from_seed(1));
  mesh.form(100, 200, Rng::from_seed(2));
  run_for(mesh.host, 120s);
  REQUIRE(MeshGraph(mesh.host).links_across(100) == 0);
  mesh.host.give(37, named(137));
  int minutes = 0;
  while (minutes < 20 && MeshGraph(mesh.host).links_across(100) < 50) {
    run_for(mesh.host, 60s);
    ++minutes;
  }
  tell(mesh, "mixed after " + std::to_string(minutes) + " minutes");
  const MeshGraph graph(mesh.host);
  CHECK(graph.connected_share() == 1);
  CHECK(graph.links_across(100) >= 50);
}

TEST_CASE("a network that was cut for ten minutes is one mesh again after two") {
  Mesh mesh(400, 4, {.share = 0.4, .at = 0s, .heal = 600s});
  mesh.form(0, 400, Rng::from_seed(1));
  run_for(mesh.host, 120s);
  mesh.host.begin_faults();
  run_for(mesh.host, 599s);
  tell(mesh, "cut");
  CHECK(MeshGraph(mesh.host).connected_share() < 0.7);
  const int seconds = mesh.seconds_until_whole(1, 120);
  tell(mesh, "healed after " + std::to_string(seconds) + " s");
  CHECK(seconds <= 120);
}

TEST_CASE("a node that slept for an hour is back within two seconds") {
  Mesh mesh(50, 5);
  mesh.form(0, 50, Rng::from_seed(1));
  run_for(mesh.host, 60s);
  mesh.host.sleep(17);
  run_for(mesh.host, 3600s);
  mesh.host.wake(17);
  run_for(mesh.host, 2s);
  const MeshGraph graph(mesh.host);
  CHECK(graph.of(17).size() >= 3);
  CHECK(graph.connected_share() == 1);
  run_for(mesh.host, 10s);
  CHECK(MeshGraph(mesh.host).of(17).size() >= 5);
}

TEST_CASE("of a mesh of two, the one that slept is back within two seconds") {
  Mesh mesh(2, 6);
  mesh.host.give(1, named(0));
  run_for(mesh.host, 60s);
  mesh.host.sleep(1);
  run_for(mesh.host, 3600s);
  mesh.host.wake(1);
  run_for(mesh.host, 2s);
  CHECK(MeshGraph(mesh.host).connected_share() == 1);
}

}  // namespace
}  // namespace freshet::sim::testing
