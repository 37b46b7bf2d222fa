// The tree's announcements where nothing seems to be missing: they wait for a frame that takes them
// along. tree_test.cpp has what is announced at once.
#include <doctest/doctest.h>

#include "node/wire/overlay/announced.h"
#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using wire::Announced;

constexpr Duration kAllAnnounced = 800ms;  ///< after it, what is announced at once was
constexpr std::uint8_t kFarTtl = 12;

Config gathering_config() {
  Config config = quiet_config();
  config.overlay.announce_gather = 25s;
  return config;
}

/// A node with two branches and a link off the tree.
struct Gathering {
  explicit Gathering(const Config& config = gathering_config()) : rig(config) {
    query(a, numbered(1000));
    query(lazy, numbered(1000));
    rig.advance(60s);
    rig.clear();
  }
  void query(LinkId link, const Guid& id, std::uint8_t ttl = kFarTtl, std::uint8_t hops = 0) {
    query_by(rig, link, id, StrategyId::tree, ttl, hops);
  }
  void ping(LinkId link) { control(rig, link, FrameType::ping, guid(0xAE)); }
  /// What the last frame to `lazy` tells of.
  [[nodiscard]] std::vector<Announced> told() const {
    const auto sent = rig.sent_on(lazy);
    return sent.empty() ? std::vector<Announced>{} : wire::read_announced(sent.back().body).value();
  }

  Rig rig;
  LinkId a = rig.link_to(1);
  LinkId b = rig.link_to(2);
  LinkId lazy = rig.link_to(3);
};

TEST_CASE("gathering: a pong takes along what is to be announced, once") {
  Gathering g;
  g.query(g.a, guid(1));
  g.rig.advance(kAllAnnounced);
  CHECK(g.rig.sent_on(g.lazy).empty());
  g.ping(g.lazy);
  REQUIRE(g.rig.count(FrameType::pong) == 1);
  CHECK(g.told() == std::vector{Announced{.guid = guid(1), .ttl = kFarTtl - 1, .hops = 1}});
  CHECK(wire::decode_pong(g.rig.sent_on(g.lazy).back().body)->links == 3);
  CHECK(g.rig.counters.overlay.announced_along == 1);
  g.ping(g.lazy);
  CHECK(g.told().empty());
  g.rig.advance(60s);
  CHECK(g.rig.count(FrameType::announce) == 0);
}

TEST_CASE("gathering: a ping takes it along, too") {
  Config config = gathering_config();
  config.overlay.ping_after_idle = 20s;
  Rig rig(config);
  const LinkId a = rig.link_to(1);
  const LinkId lazy = rig.link_to(2);
  query_by(rig, a, guid(9), StrategyId::tree, kFarTtl);
  query_by(rig, lazy, guid(9), StrategyId::tree, kFarTtl);
  rig.clear();
  query_by(rig, a, guid(1), StrategyId::tree, kFarTtl);
  rig.advance(22s);
  const auto sent = rig.sent_on(lazy);
  REQUIRE(sent.size() == 1);
  CHECK(sent[0].header.type == FrameType::ping);
  CHECK(wire::read_announced(sent[0].body)->size() == 1);
}

TEST_CASE("gathering: without a ping one frame tells of all after the longest wait") {
  Gathering g;
  for (std::uint32_t i = 0; i < 5; ++i) g.query(g.a, numbered(i));
  g.rig.advance(25s);
  CHECK(g.rig.sent_on(g.lazy).empty());
  g.rig.advance(kAllAnnounced);
  REQUIRE(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});
  CHECK(g.told().size() == 4);  // and the one of the header
  CHECK(g.rig.counters.overlay.announces_out == 1);
  CHECK(g.rig.counters.overlay.announced_along == 4);
}

TEST_CASE("gathering: a full frame goes at once") {
  Gathering g;
  for (std::uint32_t i = 0; i < wire::kMaxAnnounced; ++i) g.query(g.a, numbered(i));
  g.rig.advance(kAllAnnounced);
  CHECK(g.rig.count(FrameType::announce) == 1);
  CHECK(g.told().size() == wire::kMaxAnnounced - 1);
}

TEST_CASE("gathering: what the neighbour shows that it has is not announced") {
  for (const FrameType shown : {FrameType::announce, FrameType::prune}) {
    Gathering g;
    g.query(g.a, guid(1));
    g.rig.advance(kAllAnnounced);
    control(g.rig, g.lazy, shown, guid(1));
    g.rig.clear();
    g.ping(g.lazy);
    CHECK(g.told().empty());
  }
}

TEST_CASE("gathering: a query that may end inside the tree is announced at once") {
  Gathering g;
  g.query(g.b, guid(7), 6, 5);  // some nodes are six links away
  g.rig.advance(60s);
  g.rig.clear();
  g.query(g.a, guid(1), 11);
  g.rig.advance(kAllAnnounced);
  CHECK(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});
  g.query(g.a, guid(2), 12);
  g.rig.advance(kAllAnnounced);
  CHECK(g.rig.count(FrameType::announce) == 1);
}

TEST_CASE("gathering: who misses something hurries, and who is asked for it") {
  for (const bool misses : {true, false}) {
    Gathering g;
    g.query(g.a, guid(1));
    g.rig.advance(kAllAnnounced);
    if (misses) {
      control(g.rig, g.b, FrameType::announce, guid(2), 5);
      g.rig.advance(401ms);
      REQUIRE(g.rig.count(FrameType::fetch) == 1);
    } else {
      control(g.rig, g.b, FrameType::fetch, guid(1));
      g.rig.advance(1ms);
    }
    CHECK(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});  // what waited
    g.rig.clear();
    g.query(g.a, guid(3));
    g.rig.advance(kAllAnnounced);
    CHECK(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});
    g.rig.advance(61s);
    g.query(g.a, guid(4));
    g.rig.advance(61s);
    g.rig.clear();
    g.query(g.a, guid(5));
    g.rig.advance(kAllAnnounced);
    CHECK(g.rig.count(FrameType::announce) == 0);  // calm again
  }
}

TEST_CASE("gathering: who loses a branch makes its other links branches") {
  Gathering g;
  g.query(g.a, guid(1));
  g.rig.clear();
  g.rig.drop(g.a);
  REQUIRE(links_of(g.rig, FrameType::graft) == std::vector{g.lazy});
  CHECK(g.rig.sent[0].header.guid == guid(1));
  CHECK(g.rig.sent[0].header.hops == 1);
  g.rig.clear();
  g.query(g.b, guid(2));
  CHECK(links_of(g.rig, FrameType::query) == std::vector{g.lazy});
}

TEST_CASE("gathering: the loss of a link off the tree is none") {
  Gathering g;
  const LinkId other = g.rig.link_to(4);
  g.query(g.a, numbered(1001));
  g.query(other, numbered(1001));  // lazy, too
  g.rig.clear();
  g.rig.drop(g.lazy);
  CHECK(g.rig.count(FrameType::graft) == 0);
}

TEST_CASE("gathering: a link on which the next query comes first hears of the one before") {
  Gathering g;
  g.query(g.a, guid(1));
  g.query(g.lazy, guid(2));
  g.rig.advance(60s);
  REQUIRE(g.rig.count(FrameType::announce) == 1);
  CHECK(g.rig.sent_on(g.lazy)[0].header.guid == guid(1));
}

TEST_CASE("gathering: a neighbour that lost a branch is one now, and gets no copy that it has") {
  Gathering g;
  g.query(g.a, guid(1));
  g.rig.clear();
  control(g.rig, g.lazy, FrameType::graft, guid(1), 1, 1);
  CHECK(g.rig.sent.empty());
  CHECK(g.rig.counters.overlay.fetches_missed == 0);
  g.query(g.a, guid(2));
  CHECK(links_of(g.rig, FrameType::query) == std::vector{g.b, g.lazy});
}

TEST_CASE("gathering: a link that becomes a branch hears of what no copy went there") {
  for (const bool lost : {false, true}) {  // the neighbour's branch, or one of this node
    Gathering g;
    g.query(g.a, guid(1));
    g.query(g.b, guid(2));
    g.rig.clear();
    if (lost) {
      g.rig.drop(g.a);
    } else {
      control(g.rig, g.lazy, FrameType::graft, guid(9), 1, 1);
    }
    REQUIRE(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});
    CHECK(g.rig.sent_on(g.lazy)[0].header.guid == guid(1));
    CHECK(wire::read_announced(g.rig.sent_on(g.lazy)[0].body)->at(0).guid == guid(2));
    g.rig.advance(60s);
    CHECK(g.rig.count(FrameType::announce) == 1);
  }
}

TEST_CASE("gathering: a better copy is announced with its TTL") {
  Gathering g;
  g.query(g.a, guid(1), kFarTtl - 3, 3);
  g.rig.advance(kAllAnnounced);
  g.query(g.b, guid(1), kFarTtl);
  g.ping(g.lazy);
  CHECK(g.told() == std::vector{Announced{.guid = guid(1), .ttl = kFarTtl - 1, .hops = 1}});
}

TEST_CASE("gathering: the loss of a link that never greeted is none") {
  Gathering g;
  g.rig.drop(g.rig.connect(4));
  CHECK(g.rig.count(FrameType::graft) == 0);
}

TEST_CASE("gathering: a query that a neighbour had to fetch makes its TTL suspect") {
  Gathering g;
  g.query(g.a, guid(1), 10);
  control(g.rig, g.lazy, FrameType::fetch, guid(1));
  g.rig.advance(61s);  // no hurry any more
  g.rig.clear();
  g.query(g.a, guid(2), 10);
  g.rig.advance(kAllAnnounced);
  CHECK(links_of(g.rig, FrameType::announce) == std::vector{g.lazy});
  g.query(g.a, guid(3), 14);
  g.rig.advance(kAllAnnounced);
  CHECK(g.rig.count(FrameType::announce) == 1);
}

TEST_CASE("gathering: what a ping or an announcement tells of is asked for when it does not come") {
  for (const FrameType type : {FrameType::ping, FrameType::announce}) {
    Gathering g;
    Bytes body;
    wire::append_announced(body, std::vector{Announced{.guid = guid(2), .ttl = 4, .hops = 1}});
    g.rig.receive(g.b, {.guid = guid(1), .type = type, .ttl = 5, .hops = 1}, body);
    g.rig.advance(401ms);
    CHECK(g.rig.count(FrameType::fetch) == (type == FrameType::ping ? 1 : 2));
    CHECK(links_of(g.rig, FrameType::fetch).front() == g.b);
  }
}

TEST_CASE("gathering: nonsense in a ping is an offence, and nothing is asked for") {
  const Bytes cut = {0x1A, 0x03, 1, 2, 3};
  Bytes far;
  wire::append_announced(far, std::vector{Announced{.guid = guid(2), .ttl = 15, .hops = 15}});
  for (const Bytes& body : {cut, far}) {
    Gathering g;
    g.rig.receive(g.b, {.guid = guid(1), .type = FrameType::ping, .ttl = 1}, body);
    g.rig.advance(1s);
    CHECK(g.rig.counters.overlay.frames_malformed == 1);
    CHECK(g.rig.count(FrameType::fetch) == 0);
  }
}

}  // namespace
}  // namespace freshet::core::testing
