#include <string>

#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/query_view.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

Query words(std::size_t terms, std::size_t excluded, std::size_t phrases) {
  Query query;
  query.terms.assign(terms, "t");
  query.excluded.assign(excluded, "x");
  query.phrases.assign(phrases, "p q");
  return query;
}

}  // namespace

TEST_CASE("a query comes back as it was written") {
  Query query;
  query.terms = {"blue", "böat"};
  query.excluded = {"red"};
  query.phrases = {"two words"};
  query.max_hits = 64;
  query.strategy = 3;
  const auto decoded = decode_query(encode(query));
  REQUIRE(decoded);
  CHECK(decoded->terms == query.terms);
  CHECK(decoded->excluded == query.excluded);
  CHECK(decoded->phrases == query.phrases);
  CHECK_FALSE(decoded->content.has_value());
  CHECK(decoded->max_hits == 64);
  CHECK(decoded->strategy == 3);
}

TEST_CASE("a query for content comes back, and may hold no words") {
  Query query;
  query.content = ContentId{};
  query.content->bytes.fill(9);
  const auto decoded = decode_query(encode(query));
  REQUIRE(decoded);
  CHECK(decoded->content == query.content);
  query.terms = {"blue"};
  CHECK_FALSE(decode_query(encode(query)));
}

TEST_CASE("a content id of a wrong length is malformed") {
  CHECK(decode_query(RawMessage().text(4, std::string(32, 'c')).bytes()));
  CHECK_FALSE(decode_query(RawMessage().text(4, std::string(31, 'c')).bytes()));
  CHECK_FALSE(decode_query(RawMessage().text(4, std::string(33, 'c')).bytes()));
}

TEST_CASE("a query looked at in place shows its terms and limit") {
  Query query = words(0, 2, 1);
  query.terms = {"blue", "böat"};
  query.max_hits = 64;
  const Bytes body = encode(query);
  const QueryView view(body);
  REQUIRE(view.well_formed());
  REQUIRE(view.term_count() == 2);
  CHECK(view.term(0) == "blue");
  CHECK(view.term(1) == "böat");
  CHECK(view.max_hits() == 64);
}

TEST_CASE("what does not decode cannot be looked at in place either") {
  const auto is_well_formed = [](const Bytes& body) {
    return QueryView(body).well_formed();
  };
  CHECK(is_well_formed(encode(words(kMaxQueryWords, 0, 0))));
  CHECK_FALSE(is_well_formed(encode(words(kMaxQueryWords, 0, 1))));
  CHECK_FALSE(is_well_formed(RawMessage().text(4, std::string(31, 'c')).bytes()));
  CHECK_FALSE(is_well_formed(RawMessage().text(1, "\xFF").bytes()));
}

TEST_CASE("an empty query decodes: what it matches is not the wire's to say") {
  const auto decoded = decode_query({});
  REQUIRE(decoded);
  CHECK(decoded->terms.empty());
}

TEST_CASE("terms, excluded words and phrases share one limit") {
  CHECK(decode_query(encode(words(kMaxQueryWords, 0, 0))));
  CHECK_FALSE(decode_query(encode(words(kMaxQueryWords + 1, 0, 0))));
  CHECK(decode_query(encode(words(kMaxQueryWords - 2, 1, 1))));
  CHECK_FALSE(decode_query(encode(words(kMaxQueryWords - 1, 1, 1))));
}

TEST_CASE("a word has between one byte and the limit, in each of the lists") {
  for (const std::uint32_t field : {1U, 2U, 3U}) {
    CHECK(decode_query(RawMessage().text(field, std::string(kMaxQueryWordBytes, 'w')).bytes()));
    CHECK_FALSE(
        decode_query(RawMessage().text(field, std::string(kMaxQueryWordBytes + 1, 'w')).bytes()));
    CHECK_FALSE(decode_query(RawMessage().text(field, "").bytes()));
    CHECK_FALSE(decode_query(RawMessage().text(field, "\xED\xA0\x80").bytes()));
  }
}

TEST_CASE("a query with unknown fields, or known ones of another kind, is read past them") {
  const Bytes body = RawMessage()
                         .varint(1, 5)
                         .text(5, "five")
                         .text(90, "later")
                         .text(1, "blue")
                         .varint(5, 3)
                         .bytes();
  const auto decoded = decode_query(body);
  REQUIRE(decoded);
  CHECK(decoded->terms == std::vector<std::string>{"blue"});
  CHECK(decoded->max_hits == 3);
}

TEST_CASE("a query that was cut inside a word is malformed") {
  const Bytes body = RawMessage().text(1, "blue").bytes();
  for (std::size_t length = 1; length < body.size(); ++length)
    CHECK_FALSE(decode_query(ByteView(body).first(length)));
}

TEST_CASE("a query larger than a frame's body is malformed") {
  Bytes body = RawMessage().text(1, "blue").message(90, Bytes(kMaxBodyBytes - 11, 0)).bytes();
  REQUIRE(body.size() == kMaxBodyBytes);
  CHECK(decode_query(body));
  body = RawMessage().text(1, "blue").message(90, Bytes(kMaxBodyBytes - 10, 0)).bytes();
  CHECK_FALSE(decode_query(body));
}

}  // namespace freshet::wire
