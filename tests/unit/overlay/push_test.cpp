// Pushes find the way that hits came, calls reach neighbours, and both are limited.
#include <doctest/doctest.h>

#include "node/core/overlay/guard/attempt_limiter.h"
#include "node/core/overlay/push_routes.h"
#include "node/core/relay_book.h"
#include "node/wire/overlay/paths.h"
#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

ContentId content() {
  ContentId id;
  id.bytes.fill(7);
  return id;
}

void push(Rig& rig, LinkId link, std::uint8_t target, std::uint8_t origin, std::uint8_t ttl = 5) {
  rig.receive(link,
              {.guid = guid(50), .type = wire::FrameType::push, .ttl = ttl},
              wire::encode(wire::Push{.target = key(target),
                                      .origin = key(origin),
                                      .addresses = {address(origin)},
                                      .content = content()}));
}

}  // namespace

TEST_CASE("a push follows the hits of its target, with one link less to go") {
  Rig rig;
  const LinkId asker = rig.link_to(1);
  const LinkId answerer = rig.link_to(2);
  rig.query(asker, guid(1), 5);
  rig.hit(answerer, guid(1));  // of node 9
  rig.clear();
  push(rig, asker, 9, 1);
  REQUIRE(rig.sent_on(answerer).size() == 1);
  CHECK(rig.sent_on(answerer)[0].header.ttl == 4);
  CHECK(rig.sent_on(answerer)[0].header.hops == 1);
  CHECK(wire::decode_push(rig.sent_on(answerer)[0].body)->origin == key(1));
}

TEST_CASE("a push never goes back where it came from, nor on when its TTL is used up") {
  Rig rig;
  const LinkId asker = rig.link_to(1);
  const LinkId answerer = rig.link_to(2);
  rig.query(asker, guid(1), 5);
  rig.hit(answerer, guid(1));
  rig.clear();
  push(rig, answerer, 9, 2);
  push(rig, asker, 9, 1, 1);
  push(rig, asker, 77, 1);
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.pushes_no_route == 3);
}

TEST_CASE("a push for this node makes it dial the origin, a bomb of them a few times") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  for (int i = 0; i < 40; ++i) push(rig, link, Rig::kSelf, 5);
  CHECK(rig.counters.overlay.pushes_for_us == overlay::AttemptLimiter::kPerTarget.burst);
  CHECK(rig.counters.transfer.pushed_dials <= overlay::AttemptLimiter::kPerTarget.burst);
  CHECK(rig.counters.overlay.pushes_limited > 0);
}

TEST_CASE("who sends pushes without end is stopped") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  for (int i = 0; i < 2000; ++i) push(rig, link, Rig::kSelf, 5);
  CHECK(rig.counters.overlay.frames_over_rate > 0);
  CHECK(rig.reason(link) == overlay::CloseReason::offence);
}

TEST_CASE("a malformed push is an offence and goes nowhere") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.receive(link, {.guid = guid(50), .type = wire::FrameType::push, .ttl = 5}, Bytes{1, 2, 3});
  CHECK(rig.counters.overlay.frames_malformed == 1);
  CHECK(rig.sent.empty());
}

TEST_CASE("a call goes to the neighbour that is wanted and to nobody else") {
  Rig rig;
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.give_overlay(overlay::CallNeighbour{
      .neighbour = key(2), .request = guid(3), .origin = key(1), .addresses = {address(100)}});
  CHECK(rig.sent_on(one).empty());
  REQUIRE(rig.sent_on(two).size() == 1);
  CHECK(rig.sent_on(two)[0].header.type == wire::FrameType::relay_call);
  CHECK(rig.sent_on(two)[0].header.guid == guid(3));
}

TEST_CASE("attempts are counted by key and by host, and a refused one costs the others nothing") {
  overlay::AttemptLimiter limiter;
  const TimePoint now{};
  const std::vector<Endpoint> victim = {address(1, 80)};
  for (std::uint32_t i = 0; i < overlay::AttemptLimiter::kPerTarget.burst; ++i)
    CHECK(limiter.allows(key(static_cast<std::uint8_t>(i)), victim, now));
  CHECK_FALSE(limiter.allows(key(200), {{address(1, 443)}}, now));
  CHECK(limiter.allows(key(200), {{address(2)}}, now));
  CHECK(limiter.allows(key(201), victim, now + 3s));
}

TEST_CASE("attempts at any number of targets take bounded memory and are limited in all") {
  overlay::AttemptLimiter limiter;
  std::size_t allowed = 0;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    NodeKey name;
    store_le(i, name.bytes.data());
    if (limiter.allows(name, {}, TimePoint{})) ++allowed;
  }
  CHECK(allowed == overlay::AttemptLimiter::kInAll.burst);
  CHECK(limiter.size() <= overlay::AttemptLimiter::kMaxTargets);
}

TEST_CASE("ways of pushes are bounded, and the newest are kept") {
  overlay::PushRoutes routes;
  NodeKey name;
  for (std::uint32_t i = 0; i < 10000; ++i) {
    store_le(i, name.bytes.data());
    routes.learn(name, LinkId{i}, TimePoint{});
  }
  CHECK(routes.size() <= 2 * overlay::PushRoutes::kPerGeneration);
  CHECK(routes.find(name) == LinkId{9999});
}

TEST_CASE("a third relays so many at once, so many of one node, and nobody for itself") {
  RelayBook book({.max_relays = 3, .max_per_node = 2});
  CHECK_FALSE(book.admit(guid(1), key(1), key(1), TimePoint{}));
  CHECK(book.admit(guid(2), key(1), key(2), TimePoint{}));
  CHECK(book.admit(guid(3), key(1), key(3), TimePoint{}));
  CHECK_FALSE(book.admit(guid(4), key(1), key(4), TimePoint{}));
  CHECK(book.admit(guid(5), key(5), key(4), TimePoint{}));
  CHECK_FALSE(book.admit(guid(6), key(6), key(7), TimePoint{}));
  CHECK(book.awaits(guid(2), key(2)));
  CHECK_FALSE(book.awaits(guid(2), key(3)));
  book.end(guid(2));
  CHECK(book.admit(guid(6), key(6), key(7), TimePoint{}));
  CHECK(book.counters().refused == 3);
  CHECK(book.counters().failed == 1);
}

TEST_CASE("a relay ends when it is silent, and when it has passed what it may") {
  RelayBook book({.max_bytes = 1000});
  CHECK(book.admit(guid(1), key(1), key(2), TimePoint{}));
  CHECK(book.expired(TimePoint{} + 7s).size() == 1);  // the other end did not come
  book.joined(guid(1), TimePoint{});
  CHECK(book.passed(guid(1), 900, TimePoint{} + 50s));
  CHECK(book.expired(TimePoint{} + 70s).empty());
  CHECK(book.expired(TimePoint{} + 111s).size() == 1);
  CHECK_FALSE(book.passed(guid(1), 200, TimePoint{} + 112s));
  CHECK(book.counters().bytes == 1100);
}

TEST_CASE("a third that does not relay admits nobody") {
  RelayBook book({.enabled = false});
  CHECK_FALSE(book.admit(guid(2), key(1), key(2), TimePoint{}));
}

}  // namespace freshet::core::testing
