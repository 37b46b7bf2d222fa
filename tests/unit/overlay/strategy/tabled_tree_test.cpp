// How auto ends, at one node: along the tree, and off the tree only where words may match.
#include <doctest/doctest.h>

#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using Links = std::vector<LinkId>;

/// Queries come on a; b is lazy, c and d are branches.
struct TabledTree {
  Rig rig{quiet_config()};
  LinkId a = rig.link_to(1);
  LinkId b = rig.link_to(2);
  LinkId c = rig.link_to(3);
  LinkId d = rig.link_to(4);
  std::uint32_t next_guid = 1000;

  TabledTree() {
    query_by(rig, a, numbered(1), StrategyId::tree, 5);
    query_by(rig, b, numbered(1), StrategyId::tree, 5);
    rig.advance(20s);
    rig.clear();
  }
  /// Has the tables of all links asked for; b's comes.
  void hear(const wire::RouteTable& table) {
    query_by(rig, a, numbered(2), StrategyId::routed, 2);
    send_table(rig, b, table);
    rig.clear();
  }
  void query(std::uint8_t ttl = 5, const wire::Query& query = words("boat")) {
    rig.clear();
    query_body(rig, a, numbered(next_guid++), body_by(StrategyId::tabled_tree, query), ttl);
  }
};

TEST_CASE("tabled tree: branches get the query, whatever their tables say") {
  TabledTree t;
  t.hear(whole({}));
  send_table(t.rig, t.c, whole({}));
  t.query();
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c, t.d});
  CHECK(t.rig.sent[0].header.ttl == 4);
  CHECK(t.rig.sent[0].body == body_by(StrategyId::tabled_tree));
}

TEST_CASE("tabled tree: a lazy neighbour that cannot match gets no copy and hears nothing") {
  TabledTree t;
  t.hear(whole({"car"}));
  t.query();
  t.rig.advance(10s);
  CHECK(t.rig.sent_on(t.b).empty());
}

TEST_CASE("tabled tree: a lazy neighbour that may match gets a marked copy that ends there") {
  TabledTree t;
  t.hear(whole({"boat"}));
  t.query();
  t.rig.advance(10s);
  REQUIRE(t.rig.sent_on(t.b).size() == 1);
  const Rig::Sent copy = t.rig.sent_on(t.b)[0];
  CHECK(copy.header.type == FrameType::query);
  CHECK(copy.header.ttl == 1);
  CHECK(copy.header.hops == 1);
  CHECK(wire::route_of_query(copy.body).off_tree);
  CHECK(wire::route_of_query(copy.body).strategy == 6);
  CHECK(wire::decode_query(copy.body)->terms == words("boat").terms);
}

TEST_CASE("tabled tree: what no table decides goes to lazy neighbours whose table is known") {
  TabledTree t;
  t.hear(whole({}));
  wire::Query phrase;
  phrase.phrases = {"blue boat"};
  t.query(5, phrase);
  CHECK(t.rig.sent_on(t.b).size() == 1);
}

TEST_CASE(
    "tabled tree: the copy that came marked and ends here changes no link and goes no further") {
  TabledTree t;
  const Bytes body =
      wire::with_route(wire::encode(words("boat")), route(StrategyId::tabled_tree, 0, true));
  query_body(t.rig, t.b, guid(1), body, 1, 3);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.lookups.size() == 1);
  t.query();
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c, t.d});
}

TEST_CASE("tabled tree: a lazy neighbour whose table is unknown hears an announcement") {
  TabledTree t;
  t.query();
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c, t.d});
  t.rig.advance(5s);
  CHECK(links_of(t.rig, FrameType::announce) == Links{t.b});
}

TEST_CASE("tabled tree: a neighbour that was spared hears of the query when it becomes a branch") {
  TabledTree t;
  t.hear(whole({"car"}));
  t.query();
  t.rig.advance(10s);
  REQUIRE(t.rig.sent_on(t.b).empty());
  control(t.rig, t.b, FrameType::graft, guid(9), 1, 1);
  REQUIRE(links_of(t.rig, FrameType::announce) == Links{t.b});
  CHECK(t.rig.sent_on(t.b)[0].header.guid == numbered(t.next_guid - 1));
}

TEST_CASE(
    "tabled tree: who knows a query by a ring alone fetches it from a neighbour off the tree") {
  TabledTree t;
  query_by(t.rig, t.a, guid(1), StrategyId::automatic, 3);
  t.rig.clear();
  control(t.rig, t.b, FrameType::announce, guid(1), 10, 3);
  t.rig.advance(5s);
  REQUIRE(links_of(t.rig, FrameType::fetch) == Links{t.b});
  t.rig.clear();
  const Bytes fetched =
      wire::with_route(wire::encode(words("boat")), route(StrategyId::tabled_tree, 0, true));
  query_body(t.rig, t.b, guid(1), fetched, 10, 3);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.a, t.c, t.d});
  CHECK(t.rig.lookups.empty());
  control(t.rig, t.b, FrameType::announce, guid(1), 10, 3);
  t.rig.advance(5s);
  CHECK(t.rig.count(FrameType::fetch) == 0);
}

TEST_CASE("tabled tree: a table is asked for when announcements cost as much") {
  TabledTree t;
  t.rig.give_overlay(overlay::SetWords{.hashes = {}});
  std::uint32_t queries = 0;
  do {
    t.query();
    ++queries;
  } while (wishes(t.rig, t.b).empty() && queries < 20);
  CHECK(queries > 1);
  CHECK(queries < 10);
  CHECK(links_of(t.rig, FrameType::route_table) == Links{t.b});  // branches need no table
  CHECK(wishes(t.rig, t.b) == std::vector<std::uint8_t>{1});
}

TEST_CASE("tabled tree: what comes from a lazy neighbour does not go back to it") {
  TabledTree t;
  t.hear(whole({"boat"}));
  query_by(t.rig, t.b, guid(1), StrategyId::tabled_tree, 5);
  CHECK(t.rig.sent_on(t.b).empty());
  CHECK(links_of(t.rig, FrameType::query) == Links{t.a, t.c, t.d});
}

TEST_CASE("tabled tree: a query whose TTL is used up goes nowhere") {
  TabledTree t;
  t.hear(whole({"boat"}));
  t.query(1);
  CHECK(t.rig.sent.empty());
}

TEST_CASE("tabled tree: while branches were lost lately everything is announced, for a minute") {
  TabledTree t;
  t.hear(whole({"car"}));
  t.rig.drop(t.d);
  t.query();
  CHECK(links_of(t.rig, FrameType::query) == Links{t.b, t.c});  // b was grafted
  control(t.rig, t.b, FrameType::prune, numbered(t.next_guid - 1));
  t.query();
  t.rig.advance(5s);
  CHECK(links_of(t.rig, FrameType::announce) == Links{t.b});
  t.rig.advance(60s);
  t.query();
  t.rig.advance(5s);
  CHECK(t.rig.count(FrameType::announce) == 0);
}

TEST_CASE(
    "tabled tree: a query that came by a ring goes on by the tree, once, and is not answered "
    "again") {
  TabledTree t;
  query_by(t.rig, t.a, guid(1), StrategyId::automatic, 5);
  CHECK(t.rig.lookups.size() == 1);
  t.rig.clear();
  query_by(t.rig, t.a, guid(1), StrategyId::tabled_tree, 4);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c, t.d});
  CHECK(t.rig.lookups.empty());
  t.rig.clear();
  query_by(t.rig, t.c, guid(1), StrategyId::tabled_tree, 4);
  CHECK(t.rig.count(FrameType::query) == 0);
}

}  // namespace
}  // namespace freshet::core::testing
