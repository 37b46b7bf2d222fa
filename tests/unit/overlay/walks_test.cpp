// Joins and shuffles on their walks, and the rates and bounds of both.
#include <doctest/doctest.h>

#include "node/core/overlay/membership/capacity.h"
#include "node/core/overlay/membership/diversity.h"
#include "node/core/overlay/membership/lost_peers.h"
#include "node/core/overlay/membership/walk_routes.h"
#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::Direction;
using wire::FrameType;
using Nodes = std::vector<wire::PongNode>;

LinkId walker_link(Rig& rig, std::uint8_t peer, std::uint32_t member = wire::kTakesPart) {
  const LinkId link = rig.connect(peer, peer % 2 == 0 ? Direction::out : Direction::in);
  rig.receive(link,
              {.guid = guid(0xAA), .type = FrameType::hello, .ttl = 1},
              wire::encode(wire::Hello{
                  .agent = "test", .name = "peer", .listen_port = kDefaultPort, .member = member}));
  return link;
}
void send(Rig& rig,
          LinkId link,
          FrameType type,
          std::uint8_t ttl,
          const Nodes& nodes,
          std::uint8_t hops = 1) {
  rig.receive(
      link, {.guid = guid(7), .type = type, .ttl = ttl, .hops = hops}, wire::encode_members(nodes));
}
Nodes one(std::uint8_t number) {
  return {{.key = key(number), .address = address(number), .age_s = 0}};
}
std::vector<Rig::Sent> sent_of(const Rig& rig, FrameType type) {
  std::vector<Rig::Sent> found = rig.sent;
  std::erase_if(found, [&](const Rig::Sent& each) { return each.header.type != type; });
  return found;
}
bool knows(const Rig& rig, std::uint8_t number) {
  for (const auto& host : rig.node.overlay().cached_hosts()) {
    if (host.address == address(number)) return true;
  }
  return false;
}
bool names(const Rig::Sent& sent, std::uint8_t number) {
  const Nodes nodes = *wire::decode_members(sent.body);
  return std::any_of(nodes.begin(), nodes.end(), [&](const wire::PongNode& node) {
    return node.key == key(number);
  });
}

TEST_CASE("a node that joins is made known by five walks") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 7; ++peer) walker_link(rig, peer);
  rig.clear();
  walker_link(rig, 50, wire::kTakesPart | wire::kIsAlone);
  const auto joins = sent_of(rig, FrameType::join);
  REQUIRE(joins.size() == 5);
  for (const Rig::Sent& join : joins) {
    CHECK(join.header.ttl == 6);
    CHECK(join.header.hops == 0);
    CHECK(names(join, 50));
    CHECK(join.link != LinkId{8});
  }
}

TEST_CASE("a join walks on with one TTL less, and is noted half way") {
  Rig rig(open_config());
  const LinkId from = walker_link(rig, 1);
  const LinkId to = walker_link(rig, 2);
  rig.clear();
  send(rig, from, FrameType::join, 6, one(60));
  REQUIRE(rig.sent_on(to).size() == 1);
  CHECK(rig.sent_on(to)[0].header.ttl == 5);
  CHECK(rig.sent_on(to)[0].header.hops == 2);
  CHECK_FALSE(knows(rig, 60));
  send(rig, from, FrameType::join, 4, one(60));
  CHECK(knows(rig, 60));
}

TEST_CASE("where a join ends the node that joins is dialled") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 6; ++peer) walker_link(rig, peer);
  rig.clear();
  send(rig, LinkId{1}, FrameType::join, 1, one(60));
  CHECK(rig.count(FrameType::join) == 0);
  REQUIRE(rig.dials.size() == 1);
  CHECK(rig.dials[0].expected == key(60));
  const LinkId link = rig.connect(60, Direction::out, rig.dials[0].dial);
  CHECK(wire::decode_hello(rig.sent_on(link)[0].body)->wish == wire::Wish::welcome);
}

TEST_CASE("a node without a place notes who joins, and dials nobody") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 8; ++peer) walker_link(rig, peer);
  rig.clear();
  send(rig, LinkId{1}, FrameType::join, 1, one(60));
  CHECK(rig.dials.empty());
  CHECK(knows(rig, 60));
  CHECK(rig.counters.overlay.joins_unanswered == 1);
}

TEST_CASE("joins of others make a node dial only so often: they cannot aim it at strangers") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 6; ++peer) walker_link(rig, peer);
  rig.clear();
  std::size_t dials = 0;
  for (int i = 0; i < 100; ++i) {
    wire::PongNode node{
        .key = key(static_cast<std::uint8_t>(110 + i)), .address = address(1, 1), .age_s = 0};
    node.address.port = static_cast<std::uint16_t>(1000 + i);
    send(rig, LinkId{1}, FrameType::join, 1, {node});
    for (const overlay::Dial& dial : std::exchange(rig.dials, {})) {
      ++dials;
      rig.give_overlay(overlay::DialFailed{.dial = dial.dial});
    }
  }
  CHECK(dials <= 9);
  CHECK(rig.counters.overlay.joins_unanswered == 100 - dials);
}

TEST_CASE("a join that names nobody, several or no key is malformed") {
  Rig rig(open_config());
  const LinkId link = walker_link(rig, 1);
  send(rig, link, FrameType::join, 3, {});
  send(rig, link, FrameType::join, 3, {one(60)[0], one(61)[0]});
  send(rig, link, FrameType::join, 3, {{.key = std::nullopt, .address = address(60), .age_s = 0}});
  rig.receive(link, {.guid = guid(1), .type = FrameType::shuffle, .ttl = 3}, Bytes(3, 0xFF));
  CHECK(rig.counters.overlay.frames_malformed == 4);
}

TEST_CASE("a shuffle goes out within the first rounds, and then about once a minute") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 6; ++peer) walker_link(rig, peer);
  rig.clear();
  const auto live_on = [&](Duration time) {
    for (Duration passed{}; passed < time; passed += 1s) {
      rig.advance(1s);
      for (const overlay::Link& link : rig.node.overlay().links().all()) {
        if (link.awaits_pong) rig.pong(link.id);
      }
    }
  };
  live_on(40s);
  const auto early = sent_of(rig, FrameType::shuffle);
  CHECK(early.size() >= 2);
  CHECK(early[0].header.ttl == 3);
  const Nodes told = *wire::decode_members(early[0].body);
  CHECK(told.size() == 4);
  CHECK(rig.node.overlay().links().peer_of(*rig.node.overlay().links().find(early[0].link)).key
        != told[0].key);
  rig.clear();
  live_on(600s);
  CHECK(rig.count(FrameType::shuffle) >= 7);
  CHECK(rig.count(FrameType::shuffle) <= 14);
}

TEST_CASE("a shuffle walks on; its first stop names the node that began it") {
  Rig rig(open_config());
  const LinkId from = walker_link(rig, 1);
  const LinkId to = walker_link(rig, 2);
  rig.clear();
  send(rig, from, FrameType::shuffle, 3, one(60), 0);
  REQUIRE(rig.sent_on(to).size() == 1);
  const Rig::Sent sent = rig.sent_on(to)[0];
  CHECK(sent.header.ttl == 2);
  CHECK(sent.header.guid == guid(7));
  CHECK(names(sent, 60));
  CHECK(names(sent, 1));
  rig.clear();
  send(rig, to, FrameType::shuffle_reply, 5, one(70));
  REQUIRE(rig.sent_on(from).size() == 1);
  CHECK(rig.sent_on(from)[0].header.type == FrameType::shuffle_reply);
  CHECK(names(rig.sent_on(from)[0], 70));
  send(rig, to, FrameType::shuffle_reply, 5, one(70));  // once
  CHECK(rig.sent_on(from).size() == 1);
  CHECK(rig.counters.overlay.shuffles_stray == 1);
}

TEST_CASE("where a shuffle ends its hosts are learned, and it is answered with others") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 7; ++peer) walker_link(rig, peer);
  rig.clear();
  send(rig, LinkId{1}, FrameType::shuffle, 1, one(60), 2);
  CHECK(knows(rig, 60));
  const auto replies = sent_of(rig, FrameType::shuffle_reply);
  REQUIRE(replies.size() == 1);
  CHECK(replies[0].link == LinkId{1});
  CHECK(replies[0].header.guid == guid(7));
  CHECK(replies[0].header.ttl == 3);
  CHECK(wire::decode_members(replies[0].body)->size() == 4);
  CHECK_FALSE(names(replies[0], 1));
  CHECK_FALSE(names(replies[0], 60));
}

TEST_CASE("nothing walks to a neighbour that takes no part") {
  Rig rig(open_config());
  const LinkId from = walker_link(rig, 1);
  const LinkId old = walker_link(rig, 2, 0);
  rig.clear();
  send(rig, from, FrameType::shuffle, 3, one(60));
  send(rig, from, FrameType::join, 3, one(61));
  CHECK(rig.sent_on(old).empty());
}

TEST_CASE("shuffles beyond their rate are dropped, and cost the link in the end") {
  Rig rig(open_config());
  const LinkId from = walker_link(rig, 1);
  for (int i = 0; i < 3000; ++i) send(rig, from, FrameType::shuffle, 1, one(60));
  CHECK(rig.counters.overlay.frames_over_rate > 100);
  CHECK(rig.counters.overlay.shuffles_in < 1100);
  CHECK(rig.reason(from) == overlay::CloseReason::offence);
}

TEST_CASE("ways back are bounded: the oldest gives way") {
  overlay::WalkRoutes routes;
  for (std::uint8_t i = 0; i < 100; ++i) routes.add(guid(i), LinkId{i});
  CHECK(routes.size() == overlay::WalkRoutes::kMost);
  CHECK_FALSE(routes.take(guid(0)));
  CHECK(routes.take(guid(99)) == LinkId{99});
  CHECK_FALSE(routes.take(guid(99)));
}

TEST_CASE("lost peers are bounded, each once, and given up after an hour") {
  overlay::LostPeers lost;
  Rng rng = Rng::from_seed(1);
  for (std::uint8_t i = 0; i < 20; ++i) lost.add(key(i), address(i), TimePoint{});
  lost.add(key(19), address(19), TimePoint{} + 1h);
  CHECK(lost.size() == overlay::LostPeers::kMost);
  REQUIRE(lost.pick(rng, TimePoint{} + 1h) != nullptr);
  REQUIRE(lost.pick(rng, TimePoint{} + 1h + 1ns) != nullptr);
  CHECK(lost.pick(rng, TimePoint{} + 1h + 1ns)->key == key(19));
  lost.remove(key(19));
  CHECK(lost.pick(rng, TimePoint{} + 1h + 1ns) == nullptr);
}

TEST_CASE("nearness: the same host, the same subnet, neither") {
  const Endpoint six = *Endpoint::parse("[2001:db8::1]:1");
  const std::vector<Endpoint> linked = {address(1), six};
  CHECK(overlay::nearness(address(1, 9), linked) == 2);
  CHECK(overlay::nearness(address(2), linked) == 1);
  CHECK(overlay::nearness(Endpoint::v4({192, 0, 3, 1}, 1), linked) == 0);
  CHECK(overlay::nearness(*Endpoint::parse("[2001:db8::2]:1"), linked) == 1);
  CHECK(overlay::nearness(*Endpoint::parse("[2001:db8:0:1::1]:1"), linked) == 0);
  CHECK(overlay::nearness(address(1), {}) == 0);
}

TEST_CASE("a node that makes most neighbours wait carries fewer links, to a leaf's two") {
  const overlay::Config config;
  overlay::Capacity capacity(config);
  CHECK(capacity.places() == 8);
  CHECK(capacity.wanted(config) == 5);
  capacity.sample(config, {.waiting = 1, .up = 1});  // one slow neighbour says nothing
  capacity.sample(config, {.waiting = 3, .up = 6});
  CHECK(capacity.places() == 8);
  capacity.sample(config, {.waiting = 4, .up = 6});
  CHECK(capacity.places() == 6);
  for (int i = 0; i < 20; ++i) capacity.sample(config, {.waiting = 4, .up = 6});
  CHECK(capacity.places() == 2);
  CHECK(capacity.wanted(config) == 2);
  for (int i = 0; i < 20; ++i) capacity.sample(config, {.waiting = 0, .up = 2});
  CHECK(capacity.places() == 8);  // it finds back, and no further
}

TEST_CASE("a node that sends much and had to refuse somebody takes more links, to a bound") {
  const overlay::Config config;
  overlay::Capacity capacity(config);
  const auto busy = [&](bool refuses, std::uint64_t bytes) {
    capacity.drained(bytes);
    if (refuses) capacity.refused();
    capacity.sample(config, {.waiting = 0, .up = 8});
  };
  busy(true, 1000);
  busy(false, overlay::Capacity::kMuch);
  CHECK(capacity.places() == 8);
  busy(true, overlay::Capacity::kMuch);
  CHECK(capacity.places() == 9);
  for (int i = 0; i < 50; ++i) busy(true, overlay::Capacity::kMuch);
  CHECK(capacity.places() == 20);
}

}  // namespace
}  // namespace freshet::core::testing
