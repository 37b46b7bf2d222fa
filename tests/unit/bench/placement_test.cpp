// Objects on nodes: as many copies as were asked for, on the nodes that may hold them.
#include "node/bench/placement.h"

#include <algorithm>
#include <numeric>

#include <doctest/doctest.h>

namespace freshet::bench {
namespace {

ContentSpec content_of(std::uint32_t objects, double replication) {
  ContentSpec content;
  content.objects = objects;
  content.replication = replication;
  return content;
}

std::uint64_t sum(const std::vector<std::uint32_t>& numbers) {
  return std::accumulate(numbers.begin(), numbers.end(), std::uint64_t{0});
}

std::vector<std::size_t> copies_by_node(const ObjectTable& table, sim::NodeIndex nodes) {
  std::vector<std::size_t> held(nodes);
  for (std::uint32_t object = 0; object < table.objects(); ++object) {
    for (const sim::NodeIndex node : table.holders(object)) ++held[node];
  }
  return held;
}

const Rng kPlacementRng = Rng::from_seed(21);

}  // namespace

TEST_CASE("the mean number of copies is replication times nodes, whatever the placement") {
  for (const Placement placement :
       {Placement::uniform, Placement::proportional, Placement::square_root}) {
    ContentSpec content = content_of(1000, 0.01);
    content.placement = placement;
    CHECK(sum(copies_of(content, 256, 256)) == 2560);
    content.replication = 0.1;
    CHECK(sum(copies_of(content, 256, 256)) == 25600);
  }
}

TEST_CASE("copies are even, or follow popularity, or its root") {
  ContentSpec content = content_of(100, 0.01);
  const auto even = copies_of(content, 10'000, 10'000);
  CHECK(*std::min_element(even.begin(), even.end()) == 100);
  CHECK(*std::max_element(even.begin(), even.end()) == 100);
  content.placement = Placement::proportional;
  const auto proportional = copies_of(content, 10'000, 10'000);
  CHECK(proportional[0] == doctest::Approx(4.0 * proportional[3]).epsilon(0.02));
  content.placement = Placement::square_root;
  const auto root = copies_of(content, 10'000, 10'000);
  CHECK(root[0] == doctest::Approx(2.0 * root[3]).epsilon(0.02));
}

TEST_CASE("every object has a holder, and none more than there are") {
  const ContentSpec rare = content_of(1000, 0);
  const auto ones = copies_of(rare, 10, 10);
  CHECK(std::all_of(ones.begin(), ones.end(), [](std::uint32_t each) { return each == 1; }));
  const auto all = copies_of(content_of(3, 1), 10, 7);
  CHECK(all == std::vector<std::uint32_t>{7, 7, 7});
}

TEST_CASE("the table has what was counted, by object and by node") {
  const ObjectTable table(content_of(200, 0.05), 100, kPlacementRng);
  CHECK(table.objects() == 200);
  CHECK(table.copies() == 1000);
  for (std::uint32_t object = 0; object < 200; ++object) {
    const auto holders = table.holders(object);
    CHECK(std::adjacent_find(holders.begin(), holders.end(), std::greater_equal<>())
          == holders.end());
    for (sim::NodeIndex node = 0; node < 100; ++node)
      CHECK(table.holds(node, object) == std::binary_search(holders.begin(), holders.end(), node));
  }
  const ObjectsByNode by_node(table);
  for (sim::NodeIndex node = 0; node < 100; ++node) {
    const auto held = by_node.objects(node);
    CHECK(std::is_sorted(held.begin(), held.end()));
    for (std::uint32_t object = 0; object < 200; ++object)
      CHECK(table.holds(node, object) == std::binary_search(held.begin(), held.end(), object));
  }
}

TEST_CASE("free riders hold nothing") {
  ContentSpec content = content_of(500, 0.05);
  content.free_riders = 0.4;
  const auto held = copies_by_node(ObjectTable(content, 100, kPlacementRng), 100);
  CHECK(std::count(held.begin(), held.end(), std::size_t{0}) == 40);
  CHECK(std::accumulate(held.begin(), held.end(), std::size_t{0}) == 2500);
}

TEST_CASE("skewed holders hold more than others, and nobody twice") {
  ContentSpec content = content_of(500, 0.05);
  content.holders_zipf = 1;
  auto held = copies_by_node(ObjectTable(content, 100, kPlacementRng), 100);
  CHECK(std::accumulate(held.begin(), held.end(), std::size_t{0}) == 2500);
  std::sort(held.begin(), held.end(), std::greater<>());
  CHECK(held[0] > 300);
  CHECK(held[0] <= 500);
  CHECK(held[50] < 25);
}

TEST_CASE("the same seed places the same") {
  const auto place = [](std::uint64_t seed) {
    return copies_by_node(ObjectTable(content_of(50, 0.1), 64, Rng::from_seed(seed)), 64);
  };
  CHECK(place(1) == place(1));
  CHECK(place(1) != place(2));
}

}  // namespace freshet::bench
