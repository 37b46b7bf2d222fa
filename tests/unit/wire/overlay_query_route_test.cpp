// What a relay reads of a query, and writes to it: how it is passed on.
#include <doctest/doctest.h>

#include "node/wire/overlay/bodies.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

bool is_same(const QueryRoute& one, const QueryRoute& two) {
  return one.strategy == two.strategy && one.walker == two.walker && one.off_tree == two.off_tree;
}

Query some_query() {
  Query query;
  query.terms = {"blue", "boat"};
  query.excluded = {"red"};
  query.phrases = {"two words"};
  query.max_hits = 9;
  return query;
}

const QueryRoute kFlood{};
const QueryRoute kWalk{.strategy = 2, .walker = 300, .off_tree = false};
const QueryRoute kFetched{.strategy = 3, .walker = 0, .off_tree = true};

}  // namespace

TEST_CASE("a query without a route floods") {
  CHECK(is_same(route_of_query(encode(some_query())), kFlood));
  CHECK(is_same(route_of_query({}), kFlood));
}

TEST_CASE("a query's strategy and walker are its route") {
  Query query = some_query();
  query.strategy = 2;
  query.walker = 300;
  CHECK(is_same(route_of_query(encode(query)), kWalk));
}

TEST_CASE("a route that is set is read, and set again, and taken back") {
  Bytes body = encode(some_query());
  for (const QueryRoute& route : {kWalk, kFetched, kFlood, kFetched, kWalk, kFlood}) {
    body = with_route(body, route);
    CHECK(is_same(route_of_query(body), route));
  }
}

TEST_CASE("a route changes nothing else of a query") {
  for (const QueryRoute& route : {kWalk, kFetched}) {
    const auto query = decode_query(with_route(encode(some_query()), route));
    REQUIRE(query);
    CHECK(query->terms == some_query().terms);
    CHECK(query->excluded == some_query().excluded);
    CHECK(query->phrases == some_query().phrases);
    CHECK(query->max_hits == 9);
    CHECK(query->strategy == route.strategy);
    CHECK(query->walker == route.walker);
  }
}

TEST_CASE("a route that is there already costs no byte") {
  const Bytes body = with_route(encode(some_query()), kWalk);
  CHECK(with_route(body, kWalk) == body);
  CHECK(with_route(encode(some_query()), kFlood) == encode(some_query()));
}

TEST_CASE("the last route in a body counts") {
  const Bytes body = RawMessage().varint(6, 3).text(1, "boat").varint(6, 4).varint(7, 1).bytes();
  CHECK(route_of_query(body).strategy == 4);
  CHECK(route_of_query(body).walker == 1);
  CHECK(decode_query(body)->strategy == 4);
}

TEST_CASE("a malformed body floods, whatever stands before its fault") {
  Bytes body = with_route(encode(some_query()), kWalk);
  body.push_back(0x0A);
  CHECK(is_same(route_of_query(body), kFlood));
}

TEST_CASE("a route in fields of another kind is none") {
  CHECK(is_same(route_of_query(RawMessage().text(6, "3").text(8, "1").bytes()), kFlood));
}

TEST_CASE("a route is read without judging the rest of the query") {
  Query query;
  query.terms.assign(kMaxQueryWords + 1, "t");
  const Bytes body = with_route(encode(query), kFetched);
  CHECK_FALSE(decode_query(body));
  CHECK(is_same(route_of_query(body), kFetched));
}

}  // namespace freshet::wire
