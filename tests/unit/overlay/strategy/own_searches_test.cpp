// The origin's part of ring, walk and auto: which copy goes out when, and when it is enough.
#include "node/core/overlay/strategy/own_searches.h"

#include <chrono>
#include <vector>

#include <doctest/doctest.h>

#include "node/core/overlay/strategy/auto_plan.h"
#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using overlay::AutoState;
using overlay::MeshView;
using overlay::OwnSearches;
using overlay::Round;
using overlay::SearchPlan;

// First ring 2: within it are 16 nodes.
const MeshView kMesh = [] {
  MeshView mesh;
  mesh.degree = 4;
  mesh.branching = 3;
  mesh.round_trip = 100ms;
  return mesh;
}();

struct Searches {
  OwnSearches own;
  TimePoint now{};
  Bytes body = wire::encode(words("boat"));

  Round begin(const Guid& id, StrategyId how, std::uint8_t ttl, std::uint32_t wanted) {
    return own.begin(id, {.strategy = how, .ttl = ttl, .wanted = wanted}, kMesh, body, now);
  }
  /// The round that is due next, at its time.
  std::optional<Round> next() {
    if (own.next() == TimePoint::max()) return std::nullopt;
    now = own.next();
    return own.due_round(kMesh, now);
  }
};

// ---- one round

TEST_CASE("flood, tree and routed have one round with the whole TTL, and nothing is remembered") {
  for (const StrategyId how : {StrategyId::flood, StrategyId::tree, StrategyId::routed}) {
    Searches s;
    const Round round = s.begin(guid(1), how, 7, 10);
    CHECK(round.guid == guid(1));
    CHECK(round.strategy == how);
    CHECK(round.ttl == 7);
    CHECK(round.is_last);
    CHECK(s.own.body_of(guid(1)) == nullptr);
    CHECK_FALSE(s.own.is_widening(guid(1)));
    CHECK(s.own.next() == TimePoint::max());
  }
}

TEST_CASE("walk has one round, and walkers go on until enough was found or nobody wants more") {
  Searches s;
  const Round round = s.begin(guid(1), StrategyId::walk, 7, 2);
  CHECK(round.ttl == 7);
  CHECK(round.is_last);
  CHECK(s.own.next() == TimePoint::max());
  CHECK(s.own.wants_more(guid(1)));
  s.own.found(guid(1), 1);
  CHECK(s.own.wants_more(guid(1)));
  s.own.found(guid(1), 1);
  CHECK_FALSE(s.own.wants_more(guid(1)));
  s.begin(guid(2), StrategyId::walk, 7, 0);
  s.own.found(guid(2), 1000);
  CHECK(s.own.wants_more(guid(2)));
  s.own.end(guid(2));
  CHECK_FALSE(s.own.wants_more(guid(2)));
  CHECK_FALSE(s.own.wants_more(guid(3)));
}

// ---- ring

TEST_CASE("a ring begins at the first ring and is waited for") {
  Searches s;
  const Round round = s.begin(guid(1), StrategyId::ring, 7, 10);
  CHECK(round.guid == guid(1));
  CHECK(round.strategy == StrategyId::ring);
  CHECK(round.ttl == overlay::first_ring(kMesh, 7));
  CHECK_FALSE(round.is_last);
  CHECK(s.own.is_widening(guid(1)));
  REQUIRE(s.own.body_of(guid(1)) != nullptr);
  CHECK(*s.own.body_of(guid(1)) == s.body);
  CHECK(s.own.next() >= s.now + round.ttl * kMesh.round_trip);
  CHECK_FALSE(s.own.due_round(kMesh, s.own.next() - 1ns).has_value());
}

TEST_CASE("a ring widens one by one while nothing is found, and ends at its TTL") {
  Searches s;
  std::vector<int> ttls = {s.begin(guid(1), StrategyId::ring, 6, 10).ttl};
  while (const auto round = s.next()) {
    CHECK(round->guid == guid(1));
    CHECK(round->strategy == StrategyId::ring);
    CHECK(round->is_last == (round->ttl == 6));
    ttls.push_back(round->ttl);
  }
  CHECK(ttls == std::vector{2, 3, 4, 5, 6});
  CHECK_FALSE(s.own.is_widening(guid(1)));
}

TEST_CASE("a ring that found some widens as far as should suffice") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 7, 10);
  s.own.found(guid(1), 1);
  const auto round = s.next();
  REQUIRE(round);
  CHECK(round->ttl == overlay::next_ring(kMesh, 2, 1, 10, 7));
}

TEST_CASE("a ring stops when it found as many as are wanted") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 7, 3);
  s.own.found(guid(1), 2);
  CHECK(s.own.is_widening(guid(1)));
  s.own.found(guid(1), 1);
  CHECK_FALSE(s.own.is_widening(guid(1)));
  CHECK_FALSE(s.next().has_value());
  CHECK(s.own.next() == TimePoint::max());
}

TEST_CASE("a ring stops when nobody wants more") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 7, 3);
  s.own.end(guid(1));
  CHECK(s.own.next() == TimePoint::max());
  CHECK(s.own.body_of(guid(1)) == nullptr);
}

TEST_CASE("a ring that wants all there is goes on to its TTL whatever it finds") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 5, 0);
  int last = 0;
  s.own.found(guid(1), 1000);
  while (const auto round = s.next()) last = round->ttl;
  CHECK(last == 5);
}

TEST_CASE("a ring whose limit is the first ring has one round") {
  Searches s;
  CHECK(s.begin(guid(1), StrategyId::ring, 2, 10).is_last);
  CHECK(s.own.next() == TimePoint::max());
}

TEST_CASE("a round that met nobody is not waited for") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 7, 10);
  s.begin(guid(2), StrategyId::ring, 7, 10);
  s.own.hurry(guid(1), s.now);
  CHECK(s.own.next() == s.now);
  const auto round = s.own.due_round(kMesh, s.now);
  REQUIRE(round);
  CHECK(round->guid == guid(1));
  CHECK_FALSE(s.own.due_round(kMesh, s.now).has_value());
}

TEST_CASE("searches widen each at its own time") {
  Searches s;
  s.begin(guid(1), StrategyId::ring, 7, 10);
  const TimePoint first = s.own.next();
  s.now += 50ms;
  s.begin(guid(2), StrategyId::ring, 7, 10);
  CHECK(s.own.next() == first);
  CHECK(s.next()->guid == guid(1));
  CHECK(s.next()->guid == guid(2));
}

TEST_CASE("64 searches are remembered, the oldest gives way") {
  Searches s;
  for (std::uint32_t i = 0; i < 64; ++i) s.begin(numbered(i), StrategyId::ring, 7, 10);
  CHECK(s.own.is_widening(numbered(0)));
  s.begin(numbered(64), StrategyId::walk, 7, 10);
  CHECK_FALSE(s.own.is_widening(numbered(0)));
  CHECK(s.own.is_widening(numbered(1)));
  CHECK(s.own.wants_more(numbered(64)));
}

// ---- auto

TEST_CASE("auto begins as a ring and ends along the tree with the whole TTL") {
  Searches s;
  Round round = s.begin(guid(1), StrategyId::automatic, 7, 10);
  CHECK(round.strategy == StrategyId::automatic);
  CHECK(round.ttl == 1);
  int before = 0;
  while (!round.is_last) {
    CHECK(round.strategy == StrategyId::automatic);
    CHECK(round.ttl > before);
    before = round.ttl;
    const auto next = s.next();
    REQUIRE(next);
    round = *next;
  }
  CHECK(round.strategy == StrategyId::tabled_tree);
  CHECK(round.ttl == 7);
  CHECK_FALSE(s.own.is_widening(guid(1)));
}

TEST_CASE("auto stops when it found as many as are wanted") {
  Searches s;
  s.begin(guid(1), StrategyId::automatic, 7, 1);
  s.own.found(guid(1), 1);
  CHECK_FALSE(s.next().has_value());
}

TEST_CASE("auto that wants all there is asks the whole mesh at once") {
  Searches s;
  const Round round = s.begin(guid(1), StrategyId::automatic, 7, 0);
  CHECK(round.is_last);
  CHECK(round.ttl == 7);
  CHECK(round.strategy == StrategyId::tabled_tree);
}

TEST_CASE("auto floods its last round where the TTL cannot climb the tree and descend again") {
  MeshView mesh = kMesh;
  AutoState all;
  all.limit = 7;
  mesh.tree_depth = 3;
  CHECK(overlay::next_auto_round(all, mesh).strategy == StrategyId::tabled_tree);
  mesh.tree_depth = 4;
  CHECK(overlay::next_auto_round(all, mesh).strategy == StrategyId::automatic);
  CHECK(overlay::next_auto_round(all, mesh).ttl == 7);
  CHECK(overlay::next_auto_round(all, mesh).is_last);
}

TEST_CASE("each round of auto asks many times as many nodes while nothing is found") {
  Searches s;
  Round round = s.begin(guid(1), StrategyId::automatic, 15, 5);
  std::uint8_t before = round.ttl;
  while (const auto next = s.next()) {
    if (next->ttl < 15) CHECK(reach(kMesh, next->ttl) >= 14 * reach(kMesh, before));
    before = next->ttl;
  }
  CHECK(before == 15);
}

TEST_CASE("auto hurries on where the mesh hardly branches") {
  const MeshView line{.degree = 2, .branching = 1, .round_trip = 100ms};
  AutoState state{.limit = 15, .ring = 0, .rounds = 0, .found = 0, .wanted = 1};
  while (state.ring < state.limit) {
    const Round round = overlay::next_auto_round(state, line);
    CHECK(round.ttl > state.ring);
    if (state.rounds > 0 && !round.is_last) CHECK(round.ttl >= state.ring + 2);
    state.ring = round.ttl;
    ++state.rounds;
  }
  CHECK(state.rounds <= 4);
}

TEST_CASE("auto widens as far as a ring does, or further, when some were found") {
  Searches s;
  const Round first = s.begin(guid(1), StrategyId::automatic, 15, 100);
  s.own.found(guid(1), 1);
  const auto next = s.next();
  REQUIRE(next);
  CHECK(next->ttl >= overlay::next_ring(kMesh, first.ttl, 1, 100, 15));
}

TEST_CASE("rounds always grow and end with the limit, by ring and auto, in any mesh") {
  for (const StrategyId how : {StrategyId::ring, StrategyId::automatic}) {
    for (const double degree : {1.0, 3.0, 12.0}) {
      for (const double branching : {0.0, 1.0, 2.0, 11.0}) {
        for (std::uint8_t limit = 1; limit <= 15; ++limit) {
          MeshView mesh = kMesh;
          mesh.degree = degree;
          mesh.branching = branching;
          OwnSearches own;
          Round round = own.begin(guid(1), {how, limit, 5}, mesh, {}, TimePoint{});
          while (!round.is_last) {
            REQUIRE(own.next() < TimePoint::max());
            const auto next = own.due_round(mesh, own.next());
            REQUIRE(next);
            REQUIRE(next->ttl > round.ttl);
            round = *next;
          }
          CHECK(own.next() == TimePoint::max());
          CHECK(round.is_last);
          CHECK(round.ttl == limit);
        }
      }
    }
  }
}

// ---- at a node

TEST_CASE("a node's ring goes out again with the same GUID and a higher TTL while too few answer") {
  Rig rig(quiet_config());
  const LinkId one = rig.link_to(1);
  rig.link_to(2);
  rig.link_to(3);
  rig.link_to(4);
  const Guid own = ask(rig, StrategyId::ring, 5, 2);
  const std::uint8_t first = rig.sent[0].header.ttl;
  CHECK(rig.sent.size() == 4);
  CHECK(first < 5);
  CHECK(rig.node.overlay().is_at(own));
  rig.hit(one, own, 10);
  rig.clear();
  rig.advance(5s);
  REQUIRE(rig.count(FrameType::query) >= 4);
  for (const Rig::Sent& copy : rig.sent) {
    CHECK(copy.header.guid == own);
    CHECK(copy.header.ttl > first);
    CHECK(copy.header.hops == 0);
    CHECK(wire::route_of_query(copy.body).strategy == 1);
  }
  CHECK(rig.sent.back().header.ttl == 5);
  CHECK(rig.lookups.empty());  // its own files were looked into at first
  CHECK_FALSE(rig.node.overlay().is_at(own));
}

TEST_CASE("a node's ring stops when enough files came in") {
  for (const bool is_enough : {false, true}) {
    CAPTURE(is_enough);
    Rig rig(quiet_config());
    const LinkId one = rig.link_to(1);
    const LinkId two = rig.link_to(2);
    rig.link_to(3);
    rig.link_to(4);
    const Guid own = ask(rig, StrategyId::ring, 5, 2);
    rig.hit(one, own, 10);
    rig.hit(two, own, 10);  // the same one, by another way
    if (is_enough) {
      rig.hit(one, own, 10, 0, "ship and boat.txt");
    }
    rig.clear();
    rig.advance(5s);
    CHECK((rig.count(FrameType::query) == 0) == is_enough);
  }
}

TEST_CASE("a node's ring stops when its user forgets it") {
  Rig rig(quiet_config());
  rig.link_to(1);
  const Guid own = ask(rig, StrategyId::ring, 15, 2);
  rig.clear();
  rig.give_search(search::Forget{.ask = search::AskId{7}});
  CHECK_FALSE(rig.node.overlay().is_at(own));
  rig.advance(15s);
  CHECK(rig.count(FrameType::query) == 0);
}

TEST_CASE("a relay passes a wider ring on and does not answer it again") {
  Rig rig(quiet_config());
  const LinkId from = rig.link_to(1);
  const LinkId to = rig.link_to(2);
  query_by(rig, from, guid(1), StrategyId::ring, 1);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.size() == 1);
  query_by(rig, from, guid(1), StrategyId::ring, 3);
  CHECK(links_of(rig, FrameType::query) == std::vector{to});
  CHECK(rig.lookups.size() == 1);
}

}  // namespace
}  // namespace freshet::core::testing
