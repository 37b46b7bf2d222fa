// The broadcast tree at one node: who gets the query, who only hears of it, and how what does not
// come is fetched.
#include <doctest/doctest.h>

#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using Links = std::vector<LinkId>;

// A round trip is taken to be 200 ms: announcements after 400 to 800 ms, the first request 400 ms
// after the first announcement, the next ones 600 ms apart.
constexpr Duration kFirstAnnounce = 400ms;
constexpr Duration kLastAnnounce = 800ms;
constexpr Duration kPatience = 400ms;
constexpr Duration kNextRequest = 600ms;

/// A node with three links that are branches.
struct Tree {
  Rig rig{quiet_config()};
  LinkId a = rig.link_to(1);
  LinkId b = rig.link_to(2);
  LinkId c = rig.link_to(3);
  std::uint32_t next_guid = 1000;

  void query(LinkId link, const Guid& id, std::uint8_t ttl, std::uint8_t hops = 0) {
    query_by(rig, link, id, StrategyId::tree, ttl, hops);
  }
  void fetched_query(LinkId link, const Guid& id, std::uint8_t ttl, std::uint8_t hops = 0) {
    const Bytes body =
        wire::with_route(wire::encode(words("boat")), route(StrategyId::tree, 0, true));
    query_body(rig, link, id, body, ttl, hops);
  }
  /// Makes `link` lazy by a duplicate, forgets what was said.
  void make_lazy(LinkId link) {
    const Guid id = numbered(next_guid++);
    query(link == a ? c : a, id, 5);
    query(link, id, 5);
    rig.advance(20s);
    rig.clear();
  }
  /// Where a new query from `from` goes; nothing else is changed.
  Links branches(LinkId from) {
    rig.clear();
    query(from, numbered(next_guid++), 5);
    const Links links = links_of(rig, FrameType::query);
    rig.clear();
    return links;
  }
};

// ---- branches

TEST_CASE("tree: at first every other neighbour gets the query, by the tree again") {
  Tree t;
  t.query(t.a, guid(1), 5, 2);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.b, t.c});
  for (const Rig::Sent& copy : t.rig.sent) {
    CHECK(copy.header.ttl == 4);
    CHECK(copy.header.hops == 3);
    CHECK(copy.body == body_by(StrategyId::tree));
  }
  CHECK(t.rig.lookups.size() == 1);
  CHECK(t.rig.counters.overlay.query_forwarded == 2);
}

TEST_CASE("tree: a duplicate that crossed this node's copy makes its link lazy, without a Prune") {
  Tree t;
  t.query(t.a, guid(1), 5);
  t.rig.clear();
  t.query(t.b, guid(1), 5);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.query_duplicates == 1);
  CHECK(t.branches(t.a) == Links{t.c});
}

TEST_CASE("tree: a duplicate that met no copy of this node's is answered by Prune") {
  Tree t;
  t.query(t.a, guid(1), 1, 3);  // none may leave
  t.query(t.b, guid(1), 1, 3);
  REQUIRE(links_of(t.rig, FrameType::prune) == Links{t.b});
  const Rig::Sent prune = t.rig.sent.front();
  CHECK(prune.header.guid == guid(1));
  CHECK(prune.header.ttl == 1);
  CHECK(prune.body.empty());
  CHECK(t.rig.counters.overlay.prunes_out == 1);
  CHECK(t.branches(t.a) == Links{t.c});
}

TEST_CASE("tree: a duplicate on a lazy link is answered by Prune, for its sender thinks it eager") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 5);
  t.query(t.b, guid(1), 5);
  CHECK(links_of(t.rig, FrameType::prune) == Links{t.b});
}

TEST_CASE("tree: a duplicate far behind this node's copy leaves its link as it is") {
  Tree t;
  t.query(t.a, guid(1), 8);
  t.rig.clear();
  t.query(t.b, guid(1), 4, 4);  // what b got from here is better: it will hang below
  CHECK(t.rig.sent.empty());
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: a better copy moves this node below its sender and cuts the old branch") {
  Tree t;
  t.query(t.a, guid(1), 4, 1);
  t.rig.clear();
  t.query(t.b, guid(1), 5);
  CHECK(links_of(t.rig, FrameType::prune) == Links{t.a});
  REQUIRE(links_of(t.rig, FrameType::query) == Links{t.c});
  CHECK(frames_of(t.rig, FrameType::query)[0].header.ttl == 4);
  CHECK(t.rig.lookups.empty());
  CHECK(t.branches(t.b) == Links{t.c});
}

TEST_CASE("tree: a copy that is much better goes to the old parent too, and no branch is cut") {
  Tree t;
  t.query(t.a, guid(1), 3, 5);
  t.rig.clear();
  t.query(t.b, guid(1), 8);
  CHECK(t.rig.count(FrameType::prune) == 0);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.a, t.c});
}

TEST_CASE("tree: Prune makes the link lazy") {
  Tree t;
  t.query(t.a, guid(1), 5);
  control(t.rig, t.c, FrameType::prune, guid(1));
  CHECK(t.branches(t.a) == Links{t.b});
}

TEST_CASE("tree: the link on which a query first comes becomes a branch") {
  Tree t;
  t.make_lazy(t.b);
  CHECK(t.branches(t.a) == Links{t.c});
  t.query(t.b, guid(1), 5);
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: one tree serves all origins, and a node's own queries too") {
  Tree t;
  t.make_lazy(t.b);
  CHECK(t.branches(t.c) == Links{t.a});
  ask(t.rig, StrategyId::tree, 5);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.a, t.c});
}

TEST_CASE("tree: a node's own query never goes out again when a copy comes around") {
  Tree t;
  const Guid own = ask(t.rig, StrategyId::tree, 7);
  REQUIRE(links_of(t.rig, FrameType::query) == Links{t.a, t.b, t.c});
  t.rig.clear();
  t.query(t.b, own, 5, 2);
  t.query(t.c, own, 7);
  control(t.rig, t.a, FrameType::announce, own, 4, 3);
  t.rig.advance(10s);
  CHECK(t.rig.count(FrameType::query) == 0);
  CHECK(t.rig.count(FrameType::fetch) == 0);
  CHECK(t.rig.count(FrameType::graft) == 0);
  CHECK(t.rig.lookups.empty());
}

// ---- announcements

TEST_CASE("tree: a lazy link hears of the query after one to two times the delay, once") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 5, 2);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c});
  t.rig.advance(kFirstAnnounce - 1ms);
  CHECK(t.rig.count(FrameType::announce) == 0);
  t.rig.advance(kLastAnnounce - kFirstAnnounce + 2ms);
  REQUIRE(links_of(t.rig, FrameType::announce) == Links{t.b});
  const Rig::Sent announce = frames_of(t.rig, FrameType::announce)[0];
  CHECK(announce.header.guid == guid(1));
  CHECK(announce.header.ttl == 4);  // as a copy's on that link
  CHECK(announce.header.hops == 3);
  CHECK(announce.body.empty());
  t.rig.advance(10s);
  CHECK(t.rig.count(FrameType::announce) == 1);
  CHECK(t.rig.counters.overlay.announces_out == 1);
}

TEST_CASE("tree: announcements of many queries are spread over the delay") {
  Tree t;
  t.make_lazy(t.b);
  for (std::uint32_t i = 0; i < 64; ++i) t.query(t.a, numbered(i), 5);
  std::size_t before = 0;
  for (int quarter = 0; quarter < 4; ++quarter) {
    t.rig.advance(quarter == 0 ? Duration(500ms) : Duration(100ms));
    const std::size_t after = t.rig.count(FrameType::announce);
    CHECK(after > before);
    before = after;
  }
  t.rig.advance(1ms);
  CHECK(t.rig.count(FrameType::announce) == 64);
}

TEST_CASE("tree: a lazy neighbour that showed that it has the query hears nothing") {
  for (const FrameType shown : {FrameType::announce, FrameType::prune}) {
    Tree t;
    t.make_lazy(t.b);
    t.query(t.a, guid(1), 5);
    t.rig.advance(100ms);
    control(t.rig, t.b, shown, guid(1));
    t.rig.advance(5s);
    CHECK(t.rig.count(FrameType::announce) == 0);
  }
}

TEST_CASE("tree: a neighbour whose duplicate made it lazy hears nothing of that query") {
  Tree t;
  t.query(t.a, guid(1), 5);
  t.query(t.b, guid(1), 5);
  t.rig.advance(5s);
  CHECK(t.rig.count(FrameType::announce) == 0);
}

TEST_CASE("tree: what may not travel on is not announced") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 1);
  t.rig.advance(5s);
  CHECK(t.rig.sent.empty());
}

TEST_CASE("tree: the delay follows the round trips that were measured") {
  Config config = quiet_config();
  config.overlay.assumed_round_trip = 1ms;
  Rig rig(config);
  const LinkId a = rig.link_to(1);
  const LinkId b = rig.link_to(2);
  query_by(rig, a, guid(1), StrategyId::tree, 5);
  query_by(rig, b, guid(1), StrategyId::tree, 5);
  query_by(rig, a, guid(2), StrategyId::tree, 5);
  rig.advance(config.overlay.tree_pause - 1ms);  // no shorter than that
  CHECK(rig.count(FrameType::announce) == 0);
  rig.advance(config.overlay.tree_pause + 2ms);
  CHECK(rig.count(FrameType::announce) == 1);
}

// ---- what does not come

TEST_CASE("tree: what was announced and does not come is asked for, from the best offer first") {
  Tree t;
  control(t.rig, t.a, FrameType::announce, guid(1), 2, 1);
  t.rig.advance(100ms);
  control(t.rig, t.b, FrameType::announce, guid(1), 5, 1);
  control(t.rig, t.c, FrameType::announce, guid(1), 3, 1);
  t.rig.advance(kPatience - 101ms);
  CHECK(t.rig.sent.empty());
  t.rig.advance(2ms);
  REQUIRE(links_of(t.rig, FrameType::fetch) == Links{t.b});
  CHECK(t.rig.sent[0].header.guid == guid(1));
  CHECK(t.rig.sent[0].header.ttl == 1);
  CHECK(t.rig.sent[0].body.empty());
  t.rig.advance(kNextRequest - 2ms);
  CHECK(t.rig.count(FrameType::fetch) == 1);
  t.rig.advance(2ms);
  CHECK(links_of(t.rig, FrameType::fetch) == Links{t.b, t.c});
  t.rig.advance(kNextRequest);
  CHECK(links_of(t.rig, FrameType::fetch) == Links{t.b, t.c, t.a});
  t.rig.advance(10s);
  CHECK(t.rig.sent.size() == 3);  // each once
  CHECK(t.rig.counters.overlay.fetches_out == 3);
}

TEST_CASE("tree: what comes in time is not asked for") {
  Tree t;
  control(t.rig, t.b, FrameType::announce, guid(1), 4);
  t.rig.advance(kPatience - 1ms);
  t.query(t.a, guid(1), 5);
  t.rig.advance(10s);
  CHECK(t.rig.count(FrameType::fetch) == 0);
}

TEST_CASE("tree: once the tree was seen to lag, it is waited for as long") {
  Tree t;
  control(t.rig, t.b, FrameType::announce, guid(1), 4);
  t.rig.advance(kPatience + 1ms);
  REQUIRE(t.rig.count(FrameType::fetch) == 1);
  t.rig.advance(500ms);
  t.query(t.a, guid(1), 5);  // by the tree, late
  t.rig.clear();
  control(t.rig, t.b, FrameType::announce, guid(2), 4);
  t.rig.advance(900ms);
  CHECK(t.rig.count(FrameType::fetch) == 0);
  t.rig.advance(500ms);
  CHECK(t.rig.count(FrameType::fetch) == 1);
}

TEST_CASE("tree: a neighbour that is gone is not asked") {
  Tree t;
  t.query(t.a, guid(9), 5);
  control(t.rig, t.b, FrameType::announce, guid(1), 5);
  control(t.rig, t.c, FrameType::announce, guid(1), 4);
  t.rig.drop(t.b);
  t.rig.clear();
  t.rig.advance(kPatience + 1ms);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.c);
}

TEST_CASE("tree: a query that is known is not asked for, unless only its used-up TTL came") {
  Tree t;
  t.query(t.a, guid(1), 2);
  t.query(t.a, guid(2), 1);
  t.rig.clear();
  control(t.rig, t.b, FrameType::announce, guid(1), 5);
  control(t.rig, t.b, FrameType::announce, guid(2), 1);  // no better
  t.rig.advance(kPatience + 1ms);
  CHECK(t.rig.count(FrameType::fetch) == 0);
  control(t.rig, t.b, FrameType::announce, guid(2), 2);
  t.rig.advance(kPatience + 1ms);
  CHECK(links_of(t.rig, FrameType::fetch) == Links{t.b});
}

TEST_CASE("tree: a fetched copy of what had no TTL left travels on, and is not answered again") {
  Tree t;
  t.query(t.a, guid(1), 1, 4);
  t.rig.clear();
  t.fetched_query(t.b, guid(1), 3, 2);
  CHECK(t.rig.lookups.empty());
  CHECK(t.rig.count(FrameType::prune) == 0);
  CHECK(went(t.rig, FrameType::query, t.c));
  CHECK_FALSE(went(t.rig, FrameType::query, t.b));
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: a fetched copy travels on by the tree, still marked, and changes no link") {
  Tree t;
  t.make_lazy(t.b);
  t.fetched_query(t.b, guid(1), 5);
  REQUIRE(links_of(t.rig, FrameType::query) == Links{t.a, t.c});
  for (const Rig::Sent& copy : t.rig.sent) CHECK(wire::route_of_query(copy.body).off_tree);
  CHECK(t.rig.lookups.size() == 1);
  CHECK(t.branches(t.a) == Links{t.c});  // b stays lazy
}

TEST_CASE("tree: a fetched copy of what came before prunes nothing") {
  Tree t;
  t.query(t.a, guid(1), 5);
  t.rig.clear();
  t.fetched_query(t.b, guid(1), 4);
  t.fetched_query(t.c, guid(1), 7);
  CHECK(t.rig.sent.empty());
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: a copy by the tree after a fetched one makes its link the branch") {
  Tree t;
  t.make_lazy(t.b);
  t.make_lazy(t.c);
  t.fetched_query(t.b, guid(1), 5);
  t.rig.clear();
  t.query(t.c, guid(1), 5);  // the tree was only late
  CHECK(t.rig.sent.empty());
  CHECK(t.branches(t.a) == Links{t.c});
}

// ---- mending

/// Lets announced queries not come; returns the types of the requests, in order.
std::vector<FrameType> miss(Tree& t, LinkId link, std::uint32_t first, std::uint32_t count) {
  t.rig.clear();
  for (std::uint32_t i = 0; i < count; ++i) {
    control(t.rig, link, FrameType::announce, numbered(first + i), 4);
    t.rig.advance(kPatience + kNextRequest + 1ms);
  }
  std::vector<FrameType> types;
  for (const Rig::Sent& each : t.rig.sent) types.push_back(each.header.type);
  return types;
}

TEST_CASE("tree: the fourth miss in a row asks by Graft, and the link becomes a branch") {
  Tree t;
  t.make_lazy(t.b);
  CHECK(miss(t, t.b, 1, 3) == std::vector{FrameType::fetch, FrameType::fetch, FrameType::fetch});
  t.rig.clear();
  control(t.rig, t.b, FrameType::announce, numbered(4), 4);
  t.rig.advance(kPatience + 1ms);
  CHECK(links_of(t.rig, FrameType::graft) == Links{t.b});
  CHECK(t.rig.count(FrameType::fetch) == 0);
  CHECK(t.rig.counters.overlay.grafts_out == 1);
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: a query that comes by the tree begins the count of misses anew") {
  Tree t;
  miss(t, t.b, 1, 3);
  t.query(t.a, guid(9), 5);
  const auto requests = miss(t, t.b, 10, 4);
  CHECK(requests
        == std::vector{FrameType::fetch, FrameType::fetch, FrameType::fetch, FrameType::graft});
}

TEST_CASE("tree: a fetched copy does not begin it anew") {
  Tree t;
  miss(t, t.b, 1, 3);
  t.fetched_query(t.b, numbered(3), 4);
  CHECK(miss(t, t.b, 10, 1) == std::vector{FrameType::graft});
}

TEST_CASE("tree: one query that several neighbours fail to bring is one miss") {
  Tree t;
  for (const LinkId link : {t.a, t.b, t.c}) control(t.rig, link, FrameType::announce, guid(1), 4);
  t.rig.advance(kPatience + 3 * kNextRequest);
  CHECK(t.rig.count(FrameType::fetch) == 3);
  CHECK(miss(t, t.b, 1, 2) == std::vector{FrameType::fetch, FrameType::fetch});
}

TEST_CASE("tree: after a link was lost the next miss asks by Graft") {
  Tree t;
  t.query(t.a, guid(9), 5);
  t.rig.drop(t.a);
  CHECK(miss(t, t.b, 1, 1) == std::vector{FrameType::graft});
}

// ---- requests of others

TEST_CASE("tree: Fetch is served with the copies' TTL, marked, and the link stays lazy") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 5, 2);
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, guid(1));
  REQUIRE(t.rig.sent.size() == 1);
  const Rig::Sent copy = t.rig.sent[0];
  CHECK(copy.link == t.b);
  CHECK(copy.header.type == FrameType::query);
  CHECK(copy.header.guid == guid(1));
  CHECK(copy.header.ttl == 4);
  CHECK(copy.header.hops == 3);
  CHECK(wire::route_of_query(copy.body).off_tree);
  CHECK(wire::decode_query(copy.body)->terms == words("boat").terms);
  CHECK(t.branches(t.a) == Links{t.c});
}

TEST_CASE("tree: Graft is served with the copies' TTL, unmarked, and the link is a branch again") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 5, 2);
  t.rig.clear();
  control(t.rig, t.b, FrameType::graft, guid(1));
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.b);
  CHECK(t.rig.sent[0].header.ttl == 4);
  CHECK(t.rig.sent[0].header.hops == 3);
  CHECK(t.rig.sent[0].body == body_by(StrategyId::tree));
  CHECK(t.branches(t.a) == Links{t.b, t.c});
}

TEST_CASE("tree: who was served hears no announcement") {
  Tree t;
  t.make_lazy(t.b);
  t.query(t.a, guid(1), 5);
  control(t.rig, t.b, FrameType::fetch, guid(1));
  t.rig.advance(5s);
  CHECK(t.rig.count(FrameType::announce) == 0);
}

TEST_CASE("tree: a request is not served to the parent, nor for what is unknown or used up") {
  Tree t;
  t.query(t.a, guid(1), 5);
  t.query(t.a, guid(2), 1);
  t.rig.clear();
  for (const FrameType request : {FrameType::fetch, FrameType::graft}) {
    control(t.rig, t.a, request, guid(1));
    control(t.rig, t.b, request, guid(2));
    control(t.rig, t.b, request, guid(3));
  }
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.fetches_missed == 6);
}

TEST_CASE("tree: requests are served for a while, and then no more") {
  Tree t;
  t.query(t.a, guid(1), 5);
  t.rig.advance(t.rig.config.overlay.tree_memory);
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, guid(1));
  CHECK(t.rig.count(FrameType::query) == 1);
  t.rig.advance(kLastAnnounce + 1ms);
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, guid(1));
  CHECK(t.rig.count(FrameType::query) == 0);
}

TEST_CASE("tree: a node's own query is served to its neighbours") {
  Tree t;
  const Guid own = ask(t.rig, StrategyId::tree, 7);
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, own);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].header.ttl == 7);
  CHECK(t.rig.sent[0].header.hops == 0);
}

// ---- bounds

/// The longest body of a query that a link takes, by the tree.
Bytes longest_body() {
  constexpr std::size_t kLongest = 4096;
  Bytes body = body_by(StrategyId::tree);
  const std::size_t left = kLongest - body.size() - 4;
  body.insert(body.end(), {0xD2, 0x05});  // a field of a later version: number 90, bytes
  body.push_back(static_cast<Byte>((left & 0x7FU) | 0x80U));
  body.push_back(static_cast<Byte>(left >> 7U));
  body.resize(kLongest);
  return body;
}

TEST_CASE("tree: a marked copy is never longer than a neighbour takes") {
  Tree t;
  t.make_lazy(t.b);
  const Bytes body = longest_body();
  REQUIRE(wire::route_of_query(body).strategy == 3);
  query_body(t.rig, t.a, guid(1), body, 5);
  REQUIRE(links_of(t.rig, FrameType::query) == Links{t.c});
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, guid(1));
  for (const Rig::Sent& copy : t.rig.sent) {
    Rig neighbour;
    const LinkId link = neighbour.link_to(1);
    neighbour.receive(link, copy.header, copy.body);
    CHECK(neighbour.reason(link) == overlay::CloseReason::none);
  }
}

TEST_CASE("tree: requests are served for the last 512 queries") {
  Tree t;
  for (std::uint32_t i = 0; i < 513; ++i) t.query(t.a, numbered(i), 5);
  t.rig.clear();
  control(t.rig, t.b, FrameType::fetch, numbered(0));
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.tree_held_over_limit == 1);
  control(t.rig, t.b, FrameType::fetch, numbered(1));
  CHECK(t.rig.sent.size() == 1);
}

TEST_CASE("tree: 512 missing queries are remembered, the oldest give way") {
  Tree t;
  for (std::uint32_t i = 0; i < 520; ++i) control(t.rig, t.a, FrameType::announce, numbered(i), 4);
  t.rig.advance(kPatience + 1ms);
  CHECK(t.rig.count(FrameType::fetch) + t.rig.count(FrameType::graft) == 512);
  CHECK(t.rig.sent.front().header.guid == numbered(8));
  CHECK(t.rig.counters.overlay.announces_over_limit == 8);
}

TEST_CASE("tree: who announces what never comes pushes out its own") {
  Tree t;
  control(t.rig, t.b, FrameType::announce, guid(77), 4);
  for (std::uint32_t i = 0; i < 600; ++i) control(t.rig, t.a, FrameType::announce, numbered(i), 4);
  t.rig.advance(kPatience + 1ms);
  CHECK(t.rig.sent_on(t.b).size() == 1);
}

TEST_CASE("tree: however late copies come, a query is asked for while others keep it") {
  Tree t;
  Duration lag = kPatience;
  for (std::uint32_t i = 0; i < 20; ++i) {
    control(t.rig, t.b, FrameType::announce, numbered(i), 4);
    t.rig.advance(lag - 1ms);
    t.query(t.a, numbered(i), 5);
    lag = std::min(lag + lag / 4 - 2ms, Duration(5s));
  }
  t.rig.clear();
  control(t.rig, t.b, FrameType::announce, guid(1), 4);
  t.rig.advance(5s + 1ms);
  CHECK(t.rig.count(FrameType::fetch) == 1);
}

TEST_CASE("tree: eight neighbours are remembered for a missing query") {
  Rig rig(quiet_config());
  for (std::uint8_t peer = 1; peer <= 10; ++peer) {
    const LinkId link = rig.link_to(peer);
    control(rig, link, FrameType::announce, guid(1), 4);
  }
  rig.advance(18s);
  CHECK(rig.count(FrameType::fetch) == 8);
  CHECK(rig.counters.overlay.announces_over_limit == 2);
}

}  // namespace
}  // namespace freshet::core::testing
