// Five daemons in a line, each given only its predecessor: how far a query goes, and how a hit
// comes back.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

constexpr std::size_t kNodes = 5;

struct Line : Mesh {
  Line()
      : Mesh(kNodes, line(kNodes), [](std::size_t node, const std::filesystem::path& share) {
          if (node == kNodes - 1) write_file(share / "distant lighthouse.txt", "far away");
        }) {}
};

CliResult search(const Daemon& daemon, const std::string& ttl) {
  return daemon.cli({"search",
                     "lighthouse",
                     "--ttl",
                     ttl,
                     "--timeout",
                     kSanitized ? "10" : "3",
                     "--strategy",
                     "flood",
                     "--json"});
}

}  // namespace

TEST_CASE("a file four hops away is found with --ttl 4, and its hit comes back along the line") {
  Line mesh;
  const auto found = search(mesh[0], "4");
  CHECK(found.exit_code == 0);
  const auto hits = found.events("hit");
  REQUIRE(hits.size() == 1);
  CHECK(hits.front().at("name") == "distant lighthouse.txt");
  CHECK(hits.front().at("size") == 8);
  CHECK(hits.front().at("hops") == 4);
  CHECK(hits.front().at("sources") == 1);
  CHECK(hits.front().at("n") == 1);
  REQUIRE(found.events("done").size() == 1);
  CHECK(found.events("done").front().at("answered") == 1);

  using Counts = std::vector<std::uint64_t>;
  CHECK(mesh.each("hits_sent") == Counts{0, 0, 0, 0, 1});
  CHECK(mesh.each("hits_forwarded") == Counts{0, 1, 1, 1, 0});
  CHECK(mesh.each("hits_for_us") == Counts{1, 0, 0, 0, 0});
}

TEST_CASE("a file four hops away is not found with --ttl 3") {
  Line mesh;
  const auto found = search(mesh[0], "3");
  CHECK(found.exit_code == 1);
  CHECK(found.events("hit").empty());
  using Counts = std::vector<std::uint64_t>;
  CHECK(mesh.each("query_first") == Counts{0, 1, 1, 1, 0});
}

TEST_CASE("nothing is sent twice on a line") {
  Line mesh;
  CHECK(search(mesh[0], "4").exit_code == 0);
  using Counts = std::vector<std::uint64_t>;
  CHECK(mesh.each("query_first") == Counts{0, 1, 1, 1, 1});
  CHECK(mesh.sum("query_duplicates") == 0);
  CHECK(mesh.sum("query_reforwarded") == 0);
  CHECK(mesh.sum("hits_in") == 4);
}

TEST_CASE("with --ttl 0 a search finds the node's own file and asks nobody") {
  Line mesh;
  const auto found = search(mesh[kNodes - 1], "0");
  CHECK(found.exit_code == 0);
  REQUIRE(found.events("hit").size() == 1);
  CHECK(found.events("hit").front().at("hops") == 0);
  CHECK(mesh.sum("query_first") == 0);
}

}  // namespace freshet::testing
