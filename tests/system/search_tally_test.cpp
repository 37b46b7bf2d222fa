// `search --tally` among real daemons: what it says against what the daemons counted themselves.
#include <string>

#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"
#include "tests/support/raw_peer.h"

namespace freshet::testing {
namespace {

using nlohmann::json;

struct Graph : Mesh {
  Graph(std::size_t nodes, Edges edges)
      : Mesh(nodes, std::move(edges), [](std::size_t node, const std::filesystem::path& share) {
          if (node == 1) write_file(share / "lighthouse.txt", "light");
        }) {}

  /// The end of a search from `node`.
  json done(std::size_t node, const std::string& ttl, const std::string& strategy = "flood") {
    const auto found = (*this)[node].cli({"search",
                                          "lighthouse",
                                          "--tally",
                                          "--ttl",
                                          ttl,
                                          "--timeout",
                                          "0.2",
                                          "--strategy",
                                          strategy,
                                          "--json"});
    REQUIRE(found.events("done").size() == 1);
    return found.events("done").front();
  }
};

void check_exact(Graph& mesh, const json& done) {
  const json& tally = done.at("tally");
  CHECK(tally.at("exact") == true);
  CHECK(tally.at("nodes") == mesh.sum("query_first"));
  CHECK(tally.at("messages") == mesh.sum("query_first") + mesh.sum("query_duplicates"));
  CHECK(tally.at("duplicates") == mesh.sum("query_duplicates"));
  CHECK(tally.at("tallies") == mesh.sum("tallies_out"));
  CHECK(done.at("reached") == tally.at("nodes"));
  CHECK(mesh.sum("tallies_stray") == 0);
}

}  // namespace

TEST_CASE("on a line of five a tally is exact with every TTL") {
  for (const std::string ttl : {"2", "7"}) {
    Graph mesh(5, line(5));
    const json done = mesh.done(0, ttl);
    check_exact(mesh, done);
    CHECK(done.at("tally").at("nodes") == (ttl == "2" ? 2 : 4));
    CHECK(done.at("tally").at("hops") == (ttl == "2" ? 2 : 4));
    CHECK(done.at("tally").at("duplicates") == 0);
  }
}

TEST_CASE("on a ring of six with a chord a tally counts duplicates, too") {
  Edges edges = ring(6);
  edges.emplace_back(0, 3);
  Graph mesh(6, edges);
  const json done = mesh.done(1, "7");
  check_exact(mesh, done);
  CHECK(done.at("tally").at("nodes") == 5);
  // 2E - N + 1, and what a late better copy sent again.
  CHECK(done.at("tally").at("messages") == 2 * 7 - 6 + 1 + mesh.sum("query_reforwarded"));
}

TEST_CASE("a neighbour that knows no tallies makes it say at least, in words too") {
  Graph mesh(3, line(3));
  TlsPeer old(mesh[2].address());
  REQUIRE(old.greet());
  REQUIRE(eventually([&] { return mesh[2].counter("links_up") == 2; }));
  const json done = mesh.done(0, "7");
  CHECK(done.at("tally").at("exact") == false);
  CHECK(done.at("tally").at("nodes") == 2);
  CHECK(done.at("tally").at("silent") == 1);
  CHECK(done.at("reached") == nullptr);
  const auto said =
      mesh[0].cli({"search", "lighthouse", "--tally", "--timeout", "0.2", "--strategy", "flood"});
  CHECK(said.exit_code == 0);
  CHECK(said.err.find("reached at least 2 nodes, the farthest 2 hops away") != std::string::npos);
  CHECK(said.err.find("1 link where nobody counted") != std::string::npos);
  // It got the queries like everybody else, and none of these frames.
  REQUIRE(old.receive(wire::FrameType::query).has_value());
  CHECK_FALSE(old.receive(wire::FrameType::tally, std::chrono::milliseconds(200)).has_value());
}

TEST_CASE("a search without the wish sends none, and one that ends early waits for its tally") {
  Graph mesh(4, line(4));
  const auto plain = mesh[0].cli({"search", "lighthouse", "--timeout", "0.2", "--json"});
  CHECK_FALSE(plain.events("done").front().contains("tally"));
  CHECK(mesh.sum("tallies_out") == 0);
  const auto limited = mesh[0].cli(
      {"search", "lighthouse", "--tally", "--limit", "1", "--strategy", "flood", "--json"});
  CHECK(limited.events("done").front().at("tally").at("exact") == true);
  CHECK(limited.events("done").front().at("tally").at("nodes") == 3);
}

}  // namespace freshet::testing
