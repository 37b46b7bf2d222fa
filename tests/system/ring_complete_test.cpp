// Graphs with cycles: one hit for each match, and a flood's exact cost: 2E - N + 1 Query frames.
#include <doctest/doctest.h>

#include "tests/support/eventually.h"
#include "tests/support/files.h"
#include "tests/support/mesh.h"

namespace freshet::testing {
namespace {

constexpr std::size_t kNodes = 8;

void two_matches(std::size_t node, const std::filesystem::path& share) {
  if (node == 3) write_file(share / "blue boat.txt", "three");
  if (node == 6) write_file(share / "old blue boat.txt", "six");
  if (node == 5) write_file(share / "blue car.txt", "five");
}

void check_one_hit_per_match(const CliResult& found) {
  CHECK(found.exit_code == 0);
  const auto hits = found.events("hit");
  REQUIRE(hits.size() == 2);
  CHECK(hits.at(0).at("n") != hits.at(1).at("n"));
  for (const auto& hit : hits) CHECK(hit.at("sources") == 1);
  REQUIRE(found.events("done").size() == 1);
  CHECK(found.events("done").front().at("hits") == 2);
  CHECK(found.events("done").front().at("answered") == 2);
}

/// Searches once from node 0 and compares what it cost with theory.
void check_flood(const Edges& edges) {
  Mesh mesh(kNodes, edges, two_matches);
  const auto found = mesh[0].cli({"search",
                                  "boat",
                                  "blue",
                                  "--timeout",
                                  kSanitized ? "15" : "3",
                                  "--strategy",
                                  "flood",
                                  "--json"});
  check_one_hit_per_match(found);
  CHECK(mesh.sum("query_first") == kNodes - 1);
  // A hit goes both ways back from its first relay where that knows two.
  CHECK(eventually([&] {
    return mesh[0].counter("hits_for_us") - mesh[0].counter("hit_records_repeated") == 2;
  }));
  const auto frames = [&] {
    return mesh.sum("query_first") + mesh.sum("query_duplicates") - mesh.sum("query_reforwarded");
  };
  const std::uint64_t theory = 2 * mesh.edge_count() - kNodes + 1;
  CHECK(eventually([&] { return frames() == theory; }, std::chrono::seconds(10)));
  CHECK(frames() == theory);
}

}  // namespace

TEST_CASE("a flood of a ring of eight costs 2E-N+1 frames and gives one hit for each match") {
  check_flood(ring(kNodes));
}

TEST_CASE(
    "a flood of a complete graph of eight costs 2E-N+1 frames and gives one hit for each match") {
  check_flood(complete(kNodes));
}

TEST_CASE("the same content under two names is one result with two sources") {
  Mesh mesh(3, star(3), [](std::size_t node, const std::filesystem::path& share) {
    if (node == 1) write_file(share / "green frog.txt", "the same");
    if (node == 2) write_file(share / "frog, green.txt", "the same");
  });
  const auto found =
      mesh[0].cli({"search", "frog", "--timeout", kSanitized ? "15" : "3", "--json"});
  const auto hits = found.events("hit");
  REQUIRE(!hits.empty());
  for (const auto& hit : hits) CHECK(hit.at("n") == 1);
  CHECK(hits.back().at("sources") == 2);
  CHECK(found.events("done").front().at("hits") == 1);
  CHECK(found.events("done").front().at("answered") == 2);
}

}  // namespace freshet::testing
