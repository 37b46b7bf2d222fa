// Meshes that form and mend themselves: dials, pongs, silent crashes, the host cache.
#include <vector>

#include "tests/sim/scenario.h"

namespace freshet::sim::testing {
namespace {

constexpr Duration kLatency = 20ms;

// Nodes with discovery on, and nothing else.
struct MemberMesh {
  MemberMesh(NodeIndex nodes, std::uint64_t seed, std::size_t target_links = 5)
      : config(config_with(target_links)),
        host(config,
             nothing,
             {.nodes = nodes,
              .seed = seed,
              .network = {.latency = {.low = kLatency}},
              .reproduce = "tests/test_sim, membership"}) {}

  static core::Config config_with(std::size_t target_links) {
    core::Config config;
    config.overlay.listen_port = kDefaultPort;
    config.overlay.target_links = target_links;
    return config;
  }
  void join(NodeIndex node, NodeIndex known) {
    host.give(node,
              core::Input(core::overlay::Input(core::overlay::AddPeer{
                  .peer = core::overlay::PeerNumber{known}, .keep = false})));
  }
  [[nodiscard]] std::size_t links_of(NodeIndex node) const {
    return host.node(node)->overlay().links().live_count();
  }
  QueryResult flood(NodeIndex origin) { return ask(host, origin, ask_for("boat"), 15); }

  NoContent nothing;
  core::Config config;
  Host host;
};

TEST_CASE("a dial leads to a link at both ends after a round trip, and Hello after another hop") {
  MemberMesh mesh(2, 1);
  mesh.join(0, 1);
  run_for(mesh.host, 2 * kLatency);
  CHECK(mesh.links_of(0) == 1);
  CHECK(mesh.links_of(1) == 1);
  CHECK(mesh.host.counters().established == 0);
  run_for(mesh.host, kLatency);
  CHECK(mesh.host.counters().established == 2);
}

TEST_CASE("two nodes that dial each other at once end with one link") {
  MemberMesh mesh(2, 1);
  mesh.join(0, 1);
  mesh.join(1, 0);
  run_for(mesh.host, 10s);
  CHECK(mesh.links_of(0) == 1);
  CHECK(mesh.links_of(1) == 1);
  CHECK(mesh.flood(0).query_frames == 1);
}

TEST_CASE("a node that dials itself gives it up") {
  MemberMesh mesh(2, 1);
  mesh.join(0, 0);
  run_for(mesh.host, 60s);
  CHECK(mesh.links_of(0) == 0);
  CHECK(mesh.host.node_counters().overlay.dials == 1);
}

TEST_CASE("thirty nodes that know one peer form a connected mesh") {
  for (std::uint64_t seed = 1; seed <= 3; ++seed) {
    CAPTURE(seed);
    MemberMesh mesh(30, seed);
    for (NodeIndex node = 1; node < 30; ++node) mesh.join(node, 0);
    run_for(mesh.host, 60s);
    CHECK(mesh.flood(17).reached == 29);
    std::size_t ends = 0;
    for (NodeIndex node = 0; node < 30; ++node) ends += mesh.links_of(node);
    CHECK(ends >= 2 * 60);  // not just a star around the known peer
  }
}

TEST_CASE("the mesh outlives the peer through which everyone came") {
  MemberMesh mesh(30, 4);
  for (NodeIndex node = 1; node < 30; ++node) mesh.join(node, 0);
  run_for(mesh.host, 60s);
  mesh.host.crash(0);
  run_for(mesh.host, 90s);
  CHECK(mesh.flood(17).reached == 28);
}

TEST_CASE("pongs teach addresses of nodes that were never dialled") {
  MemberMesh mesh(3, 5, 1);
  mesh.join(1, 0);
  run_for(mesh.host, 5s);
  mesh.join(2, 0);
  run_for(mesh.host, 60s);
  bool knows_one = false;
  for (const auto& known : mesh.host.node(2)->overlay().cached_hosts())
    knows_one = knows_one || known.address == endpoint_of(1);
  CHECK(knows_one);
}

TEST_CASE("a silent crash is noticed within 20 s and 5 s, by both kinds of link ends") {
  MemberMesh mesh(2, 6);
  mesh.join(0, 1);
  run_for(mesh.host, 1s);
  mesh.host.crash(1);
  run_for(mesh.host, 19s);
  CHECK(mesh.links_of(0) == 1);
  run_for(mesh.host, 6s);
  CHECK(mesh.links_of(0) == 0);
  CHECK(mesh.host.node_counters().overlay.links_silent == 1);
}

TEST_CASE("a node that lost its only link starts again from its host cache") {
  MemberMesh mesh(3, 7, 1);
  mesh.join(1, 0);
  run_for(mesh.host, 5s);
  mesh.join(2, 0);
  run_for(mesh.host, 30s);
  REQUIRE(mesh.links_of(2) == 1);
  mesh.host.crash(0);
  run_for(mesh.host, 60s);
  CHECK(mesh.flood(2).reached == 1);  // found node 1 by the address that a pong had told
}

TEST_CASE("a node that comes back under its key is linked again") {
  MemberMesh mesh(2, 8);
  mesh.host.give(0,
                 core::Input(core::overlay::Input(
                     core::overlay::AddPeer{.peer = core::overlay::PeerNumber{1}, .keep = true})));
  run_for(mesh.host, 1s);
  mesh.host.crash(1);
  run_for(mesh.host, 40s);
  CHECK(mesh.links_of(0) == 0);
  mesh.host.restart(1);
  run_for(mesh.host, 60s);
  CHECK(mesh.links_of(0) == 1);
  CHECK(mesh.links_of(1) == 1);
}

TEST_CASE("a mesh that forms itself does so the same way twice") {
  const auto run = [](std::uint64_t seed) {
    MemberMesh mesh(20, seed);
    for (NodeIndex node = 1; node < 20; ++node) mesh.join(node, node / 2);
    run_for(mesh.host, 30s);
    mesh.host.crash(3);
    run_for(mesh.host, 60s);
    return mesh.host.digest();
  };
  CHECK(run(9) == run(9));
  CHECK(run(9) != run(10));
}

}  // namespace
}  // namespace freshet::sim::testing
