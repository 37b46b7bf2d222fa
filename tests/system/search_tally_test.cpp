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

  /// What queries cost so far.
  struct Costs {
    std::uint64_t first = 0;
    std::uint64_t duplicates = 0;
    std::uint64_t reforwarded = 0;
    std::uint64_t tallies = 0;
  };
  [[nodiscard]] Costs costs() {
    return {.first = sum("query_first"),
            .duplicates = sum("query_duplicates"),
            .reforwarded = sum("query_reforwarded"),
            .tallies = sum("tallies_out")};
  }
  /// The end of the first search whose tally is exact: a node that is held up for some tenths of a
  /// second is counted as one that does not answer. What it says is what that search cost.
  json check_exact(std::size_t node, const std::string& ttl, Costs& cost) {
    json end;
    int searches = 0;
    const auto is_exact = [&] {
      ++searches;
      const Costs before = costs();
      end = done(node, ttl);
      const Costs after = costs();
      cost = {.first = after.first - before.first,
              .duplicates = after.duplicates - before.duplicates,
              .reforwarded = after.reforwarded - before.reforwarded,
              .tallies = after.tallies - before.tallies};
      return end.at("tally").at("exact") == true;
    };
    REQUIRE(eventually(is_exact));
    const json& tally = end.at("tally");
    CHECK(tally.at("nodes") == cost.first);
    CHECK(tally.at("messages") == cost.first + cost.duplicates);
    CHECK(tally.at("duplicates") == cost.duplicates);
    CHECK(tally.at("tallies") == cost.tallies);
    CHECK(end.at("reached") == tally.at("nodes"));
    // What came too late for a search before is stray.
    if (searches == 1) CHECK(sum("tallies_stray") == 0);
    return end;
  }
};

}  // namespace

TEST_CASE("on a line of five a tally is exact with every TTL") {
  for (const std::string ttl : {"2", "7"}) {
    Graph mesh(5, line(5));
    Graph::Costs cost;
    const json done = mesh.check_exact(0, ttl, cost);
    CHECK(done.at("tally").at("nodes") == (ttl == "2" ? 2 : 4));
    CHECK(done.at("tally").at("hops") == (ttl == "2" ? 2 : 4));
    CHECK(done.at("tally").at("duplicates") == 0);
  }
}

TEST_CASE("on a ring of six with a chord a tally counts duplicates, too") {
  Edges edges = ring(6);
  edges.emplace_back(0, 3);
  Graph mesh(6, edges);
  Graph::Costs cost;
  const json done = mesh.check_exact(1, "7", cost);
  CHECK(done.at("tally").at("nodes") == 5);
  // 2E - N + 1, and what a late better copy sent again.
  CHECK(done.at("tally").at("messages") == 2 * 7 - 6 + 1 + cost.reforwarded);
}

TEST_CASE("a neighbour that knows no tallies makes it say at least, in words too") {
  Graph mesh(3, line(3));
  TlsPeer old(mesh[2].address());
  REQUIRE(old.greet());
  REQUIRE(eventually([&] { return mesh[2].counter("links_up") == 2; }));
  json done;
  REQUIRE(eventually([&] {
    done = mesh.done(0, "7");
    return done.at("tally").at("nodes") == 2;
  }));
  CHECK(done.at("tally").at("exact") == false);
  CHECK(done.at("tally").at("silent") == 1);
  CHECK(done.at("reached") == nullptr);
  CliResult said;
  CHECK(eventually([&] {
    said =
        mesh[0].cli({"search", "lighthouse", "--tally", "--timeout", "0.2", "--strategy", "flood"});
    return said.err.find("reached at least 2 nodes, the farthest 2 hops away") != std::string::npos;
  }));
  CHECK(said.exit_code == 0);
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
  json tally;
  CHECK(eventually([&] {
    const auto limited = mesh[0].cli(
        {"search", "lighthouse", "--tally", "--limit", "1", "--strategy", "flood", "--json"});
    tally = limited.events("done").front().at("tally");
    return tally.at("exact") == true;
  }));
  CHECK(tally.at("nodes") == 3);
}

}  // namespace freshet::testing
