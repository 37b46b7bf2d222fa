#include "node/core/search/hit_cache.h"

#include <doctest/doctest.h>

namespace freshet::core::search {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace): 5s reads as 5 s

Config with_age(Duration age = 60s) {
  Config config;
  config.cache_age = age;
  return config;
}
Guid guid(std::uint8_t number) {
  Guid guid;
  guid.bytes.fill(number);
  return guid;
}
Bytes asking(const std::string& word, std::uint32_t enough, std::uint32_t strategy = 0) {
  wire::Query query;
  query.terms = {word};
  query.enough = enough;
  query.strategy = strategy;
  return wire::encode(query);
}
wire::QueryHit hit_of(std::uint8_t node, const std::string& file = "boat.txt") {
  wire::HitRecord record;
  record.node.bytes[0] = node;
  record.files.push_back({.content = std::nullopt, .name = file, .size_bytes = 1});
  return wire::decode_query_hit(
             wire::encode_query_hit(wire::encode_record(record), Bytes(64, Byte{1})))
      .value();
}

struct Cached {
  explicit Cached(Config with = with_age()) : config(with), cache(config) {}

  void hear(std::uint8_t number, const wire::QueryHit& hit, std::uint8_t hops = 2) {
    const auto token = cache.begin_check(guid(number), hops, hit, now);
    if (token) cache.end_check(*token, true, now);
  }
  [[nodiscard]] std::size_t known(const std::string& word,
                                  std::uint32_t enough,
                                  std::uint8_t reach = 7) {
    return cache.answers_to(asking(word, enough), reach, now).size();
  }

  Config config;
  HitCache cache;
  TimePoint now{};
};

}  // namespace

TEST_CASE(
    "what answered a query answers the same words again, whoever asks and however it travels") {
  Cached c;
  CHECK(c.cache.note(guid(1), asking("boat", 1, 5), 7) == true);
  CHECK(c.cache.note(guid(1), asking("boat", 1, 5), 7) == false);
  c.hear(1, hit_of(9));
  CHECK(c.known("boat", 1) == 1);
  CHECK(c.known("ship", 1) == 0);
  c.cache.note(guid(2), asking("boat", 1), 7);
  REQUIRE(c.cache.answers(guid(2), 7, c.now).size() == 1);
  CHECK(c.cache.answers(guid(2), 7, c.now)[0]->hops == 2);
  CHECK(c.cache.answers(guid(2), 7, c.now)[0]->record == hit_of(9).record_bytes);
}

TEST_CASE("a query that wants more than is known, or all there is, is not answered") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 7);
  c.hear(1, hit_of(8));
  c.hear(1, hit_of(9));
  CHECK(c.known("boat", 1) == 1);
  CHECK(c.known("boat", 2) == 2);
  CHECK(c.known("boat", 3) == 0);
  CHECK(c.known("boat", 0) == 0);
}

TEST_CASE("nodes that the query would not reach are not named") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 7);
  c.hear(1, hit_of(9), 4);
  CHECK(c.known("boat", 1, 3) == 0);
  CHECK(c.known("boat", 1, 4) == 1);
}

TEST_CASE("records age, and an old one does not come back by being answered") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 7);
  c.hear(1, hit_of(9));
  c.now += 59s;
  CHECK(c.known("boat", 1) == 1);
  c.now += 1s;
  CHECK(c.known("boat", 1) == 0);
  CHECK(c.cache.bytes() == 0);
  CHECK(c.cache.records() == 0);
}

TEST_CASE("a record whose signature does not hold is not kept, nor one that another remembered") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 7);
  const auto token = c.cache.begin_check(guid(1), 2, hit_of(9), c.now);
  REQUIRE(token.has_value());
  CHECK_FALSE(c.cache.end_check(*token, false, c.now));
  CHECK_FALSE(c.cache.end_check(*token, true, c.now));  // it was told once
  CHECK(c.known("boat", 1) == 0);
  wire::QueryHit remembered = hit_of(9);
  remembered.cached_hops = 1;
  CHECK_FALSE(c.cache.begin_check(guid(1), 2, remembered, c.now).has_value());
  CHECK_FALSE(c.cache.begin_check(guid(7), 2, hit_of(9), c.now).has_value());  // no such query
}

TEST_CASE("a node's newer record takes the place of its older one") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 7);
  c.hear(1, hit_of(9, "old boat"));
  c.hear(1, hit_of(9, "new boat"));
  CHECK(c.known("boat", 2) == 0);
  REQUIRE(c.cache.answers(guid(1), 7, c.now).size() == 1);
  CHECK(c.cache.answers(guid(1), 7, c.now)[0]->record == hit_of(9, "new boat").record_bytes);
}

TEST_CASE("bytes, records of a query and checks in a second are bounded, the oldest goes first") {
  Config config = with_age();
  config.cache_bytes = 2000;
  config.cache_checks_per_s = 50;
  Cached c(config);
  for (std::uint8_t number = 1; number <= 100; ++number) {
    const std::string word = "word" + std::to_string(number);
    c.cache.note(guid(number), asking(word, 1), 7);
    c.hear(number, hit_of(number));
    CHECK(c.cache.bytes() <= 2000);
  }
  CHECK(c.known("word1", 1) == 0);
  CHECK(c.known("word50", 1) == 1);
  CHECK(c.known("word51", 1) == 0);  // one too many in a second
  c.now += 1s;
  c.hear(51, hit_of(51));
  CHECK(c.known("word51", 1) == 1);
}

TEST_CASE("a copy of an answered query goes no further, but a wider round of it does") {
  Cached c;
  c.cache.note(guid(1), asking("boat", 1), 4);
  CHECK_FALSE(c.cache.was_answered(guid(1), 4));
  c.cache.set_answered(guid(1));
  CHECK(c.cache.was_answered(guid(1), 4));
  CHECK(c.cache.was_answered(guid(1), 3));
  CHECK_FALSE(c.cache.was_answered(guid(1), 7));
}

TEST_CASE("a query for a content, or one that is none, is not remembered") {
  Cached c;
  wire::Query query;
  query.content = ContentId{};
  CHECK_FALSE(c.cache.note(guid(1), wire::encode(query), 7).has_value());
  CHECK_FALSE(c.cache.note(guid(2), Bytes{0xFF}, 7).has_value());
}

}  // namespace freshet::core::search
