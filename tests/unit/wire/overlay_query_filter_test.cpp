// A query's filter on the wire.
#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/query_filter.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

QueryFilter full_filter() {
  QueryFilter filter;
  filter.any_of = {{.words = {"boat", "big ship"}, .prefixes = {"ra"}},
                   {.words = {"x"}, .prefixes = {}}};
  filter.extensions = {"mkv", "mp4"};
  filter.kinds = 6;
  filter.size_from_bytes = 1;
  filter.size_below_bytes = std::uint64_t{1} << 62U;
  filter.max_age_s = 60;
  filter.folders = {"films"};
  filter.peer = "ada";
  filter.id_prefix = "3fa9";
  return filter;
}

}  // namespace

TEST_CASE("a filter comes back as it was written, inside its query") {
  Query query;
  query.terms = {"blue"};
  query.filter = std::make_shared<const QueryFilter>(full_filter());
  const auto again = decode_query(encode(query));
  REQUIRE(again);
  REQUIRE(again->filter);
  const QueryFilter& filter = *again->filter;
  const QueryFilter wanted = full_filter();
  REQUIRE(filter.any_of.size() == 2);
  CHECK(filter.any_of[0].words == wanted.any_of[0].words);
  CHECK(filter.any_of[0].prefixes == wanted.any_of[0].prefixes);
  CHECK(filter.any_of[1].words == wanted.any_of[1].words);
  CHECK(filter.extensions == wanted.extensions);
  CHECK(filter.kinds == wanted.kinds);
  CHECK(filter.size_from_bytes == wanted.size_from_bytes);
  CHECK(filter.size_below_bytes == wanted.size_below_bytes);
  CHECK(filter.max_age_s == wanted.max_age_s);
  CHECK(filter.folders == wanted.folders);
  CHECK(filter.peer == wanted.peer);
  CHECK(filter.id_prefix == wanted.id_prefix);
}

TEST_CASE("a query without a filter, or with an empty one, has none") {
  CHECK_FALSE(decode_query(encode(Query{}))->filter);
  CHECK_FALSE(decode_query(RawMessage().message(9, {}).bytes())->filter);
}

TEST_CASE("a filter's words and the query's together are limited") {
  QueryFilter filter;
  for (std::size_t i = 0; i < kMaxQueryWords; ++i)
    filter.extensions.push_back("e" + std::to_string(i));
  CHECK(decode_query_filter(encode(filter), kMaxQueryWords));
  CHECK_FALSE(decode_query_filter(encode(filter), kMaxQueryWords - 1));
  Query query;
  query.terms = {"one"};
  query.filter = std::make_shared<const QueryFilter>(filter);
  CHECK_FALSE(decode_query(encode(query)));
}

TEST_CASE("a malformed filter makes its query malformed") {
  const auto refused = [](const QueryFilter& filter) {
    return !decode_query(RawMessage().message(9, encode(filter)).bytes());
  };
  QueryFilter filter;
  filter.any_of.emplace_back();
  CHECK(refused(filter));  // nothing to choose from
  filter = {};
  filter.extensions = {""};
  CHECK(refused(filter));
  filter.extensions = {"\xFF"};
  CHECK(refused(filter));
  filter = {};
  filter.id_prefix = "XY";
  CHECK(refused(filter));
  filter.id_prefix = std::string(65, 'a');
  CHECK(refused(filter));
  CHECK_FALSE(decode_query(RawMessage().message(9, Bytes{0x0A, 0x05, 0x01}).bytes()));
}

TEST_CASE("who asks for a content filters nothing") {
  Query query;
  query.content = ContentId{};
  query.filter = std::make_shared<const QueryFilter>(full_filter());
  CHECK_FALSE(decode_query(encode(query)));
}

}  // namespace freshet::wire
