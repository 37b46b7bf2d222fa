// What is asked and answered: words of objects, popular ones more often, by nodes that are alive.
#include "node/bench/workload.h"

#include <set>

#include <doctest/doctest.h>

#include "node/core/word_hash.h"

namespace freshet::bench {
namespace {

const Rng kRng = Rng::from_seed(31);

ContentSpec content_of(std::uint32_t objects, double zipf) {
  ContentSpec content;
  content.objects = objects;
  content.popularity_zipf = zipf;
  return content;
}

}  // namespace

TEST_CASE("an object's word names it") {
  CHECK(word_of(123) == "o123");
  for (const std::uint32_t object : {0U, 7U, 123U, 4294967295U})
    CHECK(object_named(word_of(object)) == object);
  for (const char* text : {"", "o", "x1", "o-1", "o1x", "o01", "o4294967296", "O1"}) {
    CAPTURE(text);
    CHECK(!object_named(text));
  }
}

TEST_CASE("different objects are different files") {
  CHECK(file_of(1).content != file_of(2).content);
  CHECK(file_of(1).content == file_of(1).content);
  CHECK(file_of(1).size_bytes > 0);
}

TEST_CASE("a node answers for what it holds, and for nothing else") {
  const ObjectTable table(content_of(50, 1), 100, kRng);
  const ObjectContent content(table);
  const sim::NodeIndex holder = table.holders(7).front();
  const auto found = content.find(holder, query_for(7), 10);
  REQUIRE(found.size() == 1);
  CHECK(found.front().name == "subject7 kind7 o7");
  CHECK(content.find(holder, query_for(7), 0).empty());
  CHECK(content.find(holder, query_for(50), 10).empty());
  CHECK(content.find(holder, wire::Query{}, 10).empty());
  sim::NodeIndex other = 0;
  while (table.holds(other, 7)) ++other;
  CHECK(content.find(other, query_for(7), 10).empty());
}

TEST_CASE("a node names the words of all that it holds") {
  const ObjectTable table(content_of(50, 1), 10, kRng);
  const ObjectContent content(table);
  for (sim::NodeIndex node = 0; node < 10; ++node) {
    const auto hashes = content.word_hashes(node);
    const std::set<std::uint32_t> named(hashes.begin(), hashes.end());
    for (std::uint32_t object = 0; object < 50; ++object)
      CHECK(named.contains(core::hash_word(word_of(object))) == table.holds(node, object));
  }
}

TEST_CASE("popular objects are asked for more often") {
  const Workload workload(content_of(100, 1), std::nullopt, kRng);
  const Population population(10);
  std::vector<int> times(100);
  for (std::uint32_t i = 0; i < 20'000; ++i) ++times[workload.plan(i, population).object];
  CHECK(times[0] == doctest::Approx(20'000 / 5.187).epsilon(0.05));
  CHECK(times[1] == doctest::Approx(times[0] / 2.0).epsilon(0.1));
}

TEST_CASE("only the living ask, each as often") {
  const Workload workload(content_of(10, 0), std::nullopt, kRng);
  Population population(10);
  for (const sim::NodeIndex node : {1U, 3U, 5U, 7U, 9U}) population.set(node, false);
  CHECK(population.alive() == 5);
  std::vector<int> times(10);
  for (std::uint32_t i = 0; i < 10'000; ++i) ++times[workload.plan(i, population).origin];
  for (std::size_t node = 0; node < 10; ++node) {
    if (node % 2 == 0) {
      CHECK(times[node] == doctest::Approx(2000).epsilon(0.1));
    } else {
      CHECK(times[node] == 0);
    }
  }
}

TEST_CASE("who asks does not change what is asked, nor the other way round") {
  const Workload free(content_of(100, 1), std::nullopt, kRng);
  const Workload fixed(content_of(100, 1), 3, kRng);
  const Population population(1000);
  std::set<sim::NodeIndex> origins;
  for (std::uint32_t i = 0; i < 100; ++i) {
    CHECK(free.plan(i, population).object == fixed.plan(i, population).object);
    CHECK(fixed.plan(i, population).origin == 3);
    origins.insert(free.plan(i, population).origin);
  }
  CHECK(origins.size() > 80);
}

}  // namespace freshet::bench
