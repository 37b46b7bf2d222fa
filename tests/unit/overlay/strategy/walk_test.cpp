// Random walkers at one node: a step, the stop where they check back, and the words that pass by.
#include <algorithm>
#include <set>

#include <doctest/doctest.h>

#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using Links = std::vector<LinkId>;

/// TTL + hops may be more, so that walkers get far.
Config far_config() {
  Config config = quiet_config();
  config.overlay.max_ttl = 200;
  return config;
}

/// A node with the origin behind link a, and others beyond.
struct Walk {
  Rig rig{far_config()};
  LinkId a = rig.link_to(1);
  LinkId b = rig.link_to(2);
  LinkId c = rig.link_to(3);
  LinkId d = rig.link_to(4);

  void walker(LinkId link,
              const Guid& id,
              std::uint32_t number,
              std::uint8_t hops = 0,
              std::uint8_t ttl = 50) {
    const Bytes body =
        wire::with_route(wire::encode(words("boat")), route(StrategyId::walk, number));
    query_body(rig, link, id, body, ttl, hops);
  }
  void word(LinkId link,
            FrameType type,
            const Guid& id,
            std::uint32_t number,
            std::uint8_t ttl = 50,
            std::uint8_t hops = 0) {
    rig.receive(
        link, {.guid = id, .type = type, .ttl = ttl, .hops = hops}, wire::encode_walker(number));
  }
};

// ---- steps

TEST_CASE("walk: so many walkers leave the origin, each to one neighbour") {
  for (const std::uint32_t walkers : {1U, 5U, 16U}) {
    Config config = quiet_config();
    config.overlay.walkers = walkers;
    Rig rig(config);
    for (std::uint8_t peer = 1; peer <= 4; ++peer) rig.link_to(peer);
    ask(rig, StrategyId::walk, 12);
    REQUIRE(rig.sent.size() == walkers);
    std::set<std::uint32_t> numbers;
    for (const Rig::Sent& copy : rig.sent) {
      CHECK(copy.header.ttl == 12);
      CHECK(copy.header.hops == 0);
      CHECK(wire::route_of_query(copy.body).strategy == 2);
      numbers.insert(wire::route_of_query(copy.body).walker);
    }
    CHECK(numbers.size() == walkers);
    CHECK(*numbers.rbegin() == walkers - 1);
  }
}

TEST_CASE(
    "walk: a walker goes on to one neighbour, never back, and to each of the others at times") {
  Walk t;
  std::set<std::uint32_t> reached;
  for (std::uint32_t i = 0; i < 60; ++i) {
    t.rig.clear();
    t.walker(t.a, numbered(i), 0);
    REQUIRE(t.rig.sent.size() == 1);
    CHECK(t.rig.sent[0].link != t.a);
    CHECK(t.rig.sent[0].header.ttl == 49);
    CHECK(t.rig.sent[0].header.hops == 1);
    reached.insert(t.rig.sent[0].link.value);
  }
  CHECK(reached == std::set<std::uint32_t>{t.b.value, t.c.value, t.d.value});
}

TEST_CASE("walk: walkers of one query part") {
  Walk t;
  std::set<std::uint32_t> reached;
  for (std::uint32_t number = 0; number < 60; ++number) {
    t.rig.clear();
    t.walker(t.a, guid(1), number);
    REQUIRE(t.rig.sent.size() == 1);
    CHECK(wire::route_of_query(t.rig.sent[0].body).walker == number);
    reached.insert(t.rig.sent[0].link.value);
  }
  CHECK(reached.size() == 3);
  CHECK(t.rig.counters.overlay.query_reforwarded == 0);
}

TEST_CASE("walk: a walker ends where the only way on is the way back") {
  Rig rig;
  const LinkId only = rig.link_to(1);
  query_by(rig, only, guid(1), StrategyId::walk, 5);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.size() == 1);
}

TEST_CASE("walk: a walker ends with its TTL") {
  Walk t;
  t.walker(t.a, guid(1), 0, 0, 1);
  CHECK(t.rig.sent.empty());
  t.walker(t.a, guid(2), 0, 3, 1);  // here it would check back
  CHECK(t.rig.sent.empty());
}

TEST_CASE("walk: a walker goes on where the query has been, and is not answered twice") {
  Walk t;
  t.walker(t.a, guid(1), 0, 0, 50);
  t.rig.clear();
  t.walker(t.b, guid(1), 1, 8, 42);
  CHECK(t.rig.lookups.empty());
  CHECK(t.rig.count(FrameType::query) == 1);
  CHECK_FALSE(went(t.rig, FrameType::query, t.b));
}

/// The neighbour to which each of some walkers goes, on a node whose links came up in that order.
std::vector<NodeKey> steps(const std::vector<std::uint8_t>& peers, std::uint64_t walk_key) {
  Config config = far_config();
  config.overlay.walk_key = walk_key;
  Rig rig(config);
  LinkId from{};
  for (const std::uint8_t peer : peers) {
    const LinkId link = rig.link_to(peer);
    if (peer == 1) from = link;
  }
  for (std::uint32_t i = 0; i < 100; ++i) query_by(rig, from, numbered(i), StrategyId::walk, 50);
  std::vector<NodeKey> keys;
  for (const Rig::Sent& each : rig.sent) {
    const auto& links = rig.node.overlay().links();
    keys.push_back(links.peer_of(*links.find(each.link)).key);
  }
  return keys;
}

TEST_CASE("walk: a step does not depend on the order in which links came up") {
  const auto keys = steps({1, 2, 3, 4, 5}, 7);
  REQUIRE(keys.size() == 100);
  CHECK(steps({5, 3, 1, 4, 2}, 7) == keys);
  CHECK(steps({1, 2, 3, 4, 5}, 7) == keys);
}

TEST_CASE("walk: another key makes other steps") {
  CHECK(steps({1, 2, 3, 4, 5}, 8) != steps({1, 2, 3, 4, 5}, 7));
}

// ---- checking back

TEST_CASE("walk: a walker checks back after 4, 8, 16, 32 steps and else goes on") {
  for (std::uint8_t hops = 1; hops <= 40; ++hops) {
    Walk t;
    t.walker(t.a, guid(1), 3, static_cast<std::uint8_t>(hops - 1));
    const bool checks = hops == 4 || hops == 8 || hops == 16 || hops == 32;
    CAPTURE(int{hops});
    CHECK(t.rig.count(FrameType::query) == (checks ? 0 : 1));
    CHECK(t.rig.count(FrameType::check_back) == (checks ? 1 : 0));
  }
}

TEST_CASE("walk: it checks back the way that the first copy of the query came, with its number") {
  Walk t;
  t.walker(t.a, guid(1), 0);
  t.rig.clear();
  t.walker(t.b, guid(1), 300, 3);
  REQUIRE(t.rig.sent.size() == 1);
  const Rig::Sent check = t.rig.sent[0];
  CHECK(check.link == t.a);
  CHECK(check.header.type == FrameType::check_back);
  CHECK(check.header.guid == guid(1));
  CHECK(check.header.ttl == t.rig.config.overlay.max_ttl);
  CHECK(check.header.hops == 0);
  CHECK(wire::decode_walker(check.body) == 300);
}

TEST_CASE("walk: it waits, and goes on when told") {
  Walk t;
  t.walker(t.a, guid(1), 3, 3, 50);
  t.rig.advance(t.rig.config.overlay.walker_patience - 1s);
  CHECK(t.rig.count(FrameType::query) == 0);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3);
  REQUIRE(t.rig.sent.size() == 1);
  const Rig::Sent copy = t.rig.sent[0];
  CHECK(copy.header.type == FrameType::query);
  CHECK(copy.link != t.a);
  CHECK(copy.header.ttl == 49);
  CHECK(copy.header.hops == 4);
  CHECK(wire::route_of_query(copy.body).walker == 3);
  CHECK(t.rig.counters.overlay.query_forwarded == 1);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3);  // once
  CHECK(t.rig.sent.empty());
}

TEST_CASE("walk: a word for another walker or another query does not wake it") {
  Walk t;
  t.walker(t.a, guid(1), 3, 3);
  t.walker(t.a, guid(2), 4, 0);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 4);
  t.word(t.a, FrameType::go_on, guid(2), 3);
  t.word(t.a, FrameType::go_on, guid(9), 3);
  CHECK(t.rig.sent.empty());
}

TEST_CASE("walk: it gives up when no word comes") {
  Walk t;
  t.walker(t.a, guid(1), 3, 3);
  t.rig.advance(t.rig.config.overlay.walker_patience + 1ms);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3);
  CHECK(t.rig.sent.empty());
}

TEST_CASE("walk: where the origin cannot be asked it ends") {
  Walk t;
  t.walker(t.a, guid(1), 0);
  t.rig.drop(t.a);
  t.rig.clear();
  t.walker(t.b, guid(1), 1, 3);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.walkers_dropped == 1);
}

TEST_CASE("walk: 256 walkers wait at a node, the oldest gives way") {
  Walk t;
  for (std::uint32_t number = 0; number <= 256; ++number) t.walker(t.a, guid(1), number, 3);
  CHECK(t.rig.counters.overlay.walkers_dropped == 1);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 0);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.checks_stray == 1);
  t.word(t.a, FrameType::go_on, guid(1), 1);
  CHECK(t.rig.sent.size() == 1);
}

// ---- words that pass by

TEST_CASE("walk: a check takes the query's way back, and its answer the check's way back, once") {
  Walk t;
  t.walker(t.a, guid(1), 3);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, guid(1), 3, 20, 2);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.a);
  CHECK(t.rig.sent[0].header.type == FrameType::check_back);
  CHECK(t.rig.sent[0].header.ttl == 19);
  CHECK(t.rig.sent[0].header.hops == 3);
  CHECK(wire::decode_walker(t.rig.sent[0].body) == 3);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3, 20, 2);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.b);
  CHECK(t.rig.sent[0].header.type == FrameType::go_on);
  CHECK(t.rig.sent[0].header.ttl == 19);
  CHECK(t.rig.sent[0].header.hops == 3);
  CHECK(wire::decode_walker(t.rig.sent[0].body) == 3);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.checks_out == 2);
}

TEST_CASE("walk: each walker's answer goes where its own check came from") {
  Walk t;
  t.walker(t.a, guid(1), 0);
  t.word(t.b, FrameType::check_back, guid(1), 0);
  t.word(t.c, FrameType::check_back, guid(1), 1);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 1);
  t.word(t.a, FrameType::go_on, guid(1), 0);
  CHECK(links_of(t.rig, FrameType::go_on) == Links{t.c, t.b});
}

TEST_CASE("walk: an answer that comes too late goes nowhere") {
  Walk t;
  t.walker(t.a, guid(1), 3);
  t.word(t.b, FrameType::check_back, guid(1), 3);
  t.rig.advance(t.rig.config.overlay.walker_patience + 1ms);
  t.rig.clear();
  t.word(t.a, FrameType::go_on, guid(1), 3);
  CHECK(t.rig.sent.empty());
}

TEST_CASE("walk: a check without a way, with a used-up TTL, or from where it would go is dropped") {
  Walk t;
  t.walker(t.a, guid(1), 3);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, guid(2), 3);
  t.word(t.a, FrameType::check_back, guid(1), 3);
  t.word(t.b, FrameType::check_back, guid(1), 3, 1);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.checks_stray == 3);
  t.rig.drop(t.a);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, guid(1), 3);
  CHECK(t.rig.sent.empty());
  CHECK(t.rig.counters.overlay.checks_stray == 4);
}

TEST_CASE("walk: a check with more in its body than this version knows is passed on all the same") {
  Walk t;
  t.walker(t.a, guid(1), 3);
  t.rig.clear();
  const Bytes body = {0x08, 0x03, 0x10, 0x05, 0x18, 0x06};
  t.rig.receive(t.b, {.guid = guid(1), .type = FrameType::check_back, .ttl = 5}, body);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.a);
  CHECK(wire::decode_walker(t.rig.sent[0].body) == 3);
}

TEST_CASE("walk: a check whose body does not decode is an offence") {
  Walk t;
  t.walker(t.a, guid(1), 3);
  t.rig.receive(t.b, {.guid = guid(1), .type = FrameType::check_back, .ttl = 5}, Bytes{0x08});
  CHECK(t.rig.counters.overlay.frames_malformed == 1);
  CHECK(t.rig.count(FrameType::check_back) == 0);
}

// ---- the origin

TEST_CASE("walk: the origin says yes while it wants more") {
  Walk t;
  const Guid own = ask(t.rig, StrategyId::walk, 50, 2);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 300);
  REQUIRE(t.rig.sent.size() == 1);
  CHECK(t.rig.sent[0].link == t.b);
  CHECK(t.rig.sent[0].header.type == FrameType::go_on);
  CHECK(t.rig.sent[0].header.guid == own);
  CHECK(t.rig.sent[0].header.ttl == t.rig.config.overlay.max_ttl);
  CHECK(wire::decode_walker(t.rig.sent[0].body) == 300);
}

TEST_CASE("walk: the origin says nothing once enough was found") {
  Walk t;
  const Guid own = ask(t.rig, StrategyId::walk, 50, 2);
  t.rig.hit(t.b, own);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 3);
  CHECK(t.rig.count(FrameType::go_on) == 1);
  t.rig.hit(t.c, own);  // the same one, by another way
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 3);
  CHECK(t.rig.count(FrameType::go_on) == 1);
  t.rig.hit(t.b, own, 15, 0, "ship and boat.txt");
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 3);
  CHECK(t.rig.count(FrameType::go_on) == 0);
}

TEST_CASE("walk: the origin says nothing once its user wants no more") {
  Walk t;
  const Guid own = ask(t.rig, StrategyId::walk, 50, 0);
  t.rig.hit(t.b, own);
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 3);
  CHECK(t.rig.count(FrameType::go_on) == 1);
  t.rig.give_search(search::Forget{.ask = search::AskId{7}});
  t.rig.clear();
  t.word(t.b, FrameType::check_back, own, 3);
  CHECK(t.rig.sent.empty());
}

}  // namespace
}  // namespace freshet::core::testing
