// Which links a member of a mesh keeps: who is taken, who makes room, what is given up, and what
// becomes of neighbours that fall silent.
#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::CloseReason;
using overlay::Direction;

constexpr std::uint32_t kMember = wire::kTakesPart;
constexpr std::uint32_t kAlone = wire::kTakesPart | wire::kIsAlone;

// Five links wanted, eight taken; of those, two are the node's own choice.
void greet(Rig& rig,
           LinkId link,
           wire::Wish wish,
           std::uint32_t member = kMember,
           std::uint16_t port = kDefaultPort) {
  rig.receive(
      link,
      {.guid = guid(0xAA), .type = wire::FrameType::hello, .ttl = 1},
      wire::encode(wire::Hello{
          .agent = "test", .name = "peer", .listen_port = port, .member = member, .wish = wish}));
}
LinkId member_link(Rig& rig,
                   std::uint8_t peer,
                   Direction direction = Direction::in,
                   wire::Wish wish = wire::Wish::unsaid) {
  const LinkId link = rig.connect(peer, direction);
  greet(rig, link, wish);
  return link;
}
// Peers 1 to `ins` dialled in, then `outs` further ones were dialled.
void fill(Rig& rig, std::uint8_t ins, std::uint8_t outs) {
  for (std::uint8_t peer = 1; peer <= ins + outs; ++peer)
    member_link(rig, peer, peer <= ins ? Direction::in : Direction::out);
  rig.clear();
}
void say_links(Rig& rig, LinkId link, std::uint32_t links) {
  rig.pong(link, {.nodes = {}, .links = links});
}
std::optional<wire::Hello> hello_on(const Rig& rig, LinkId link) {
  for (const Rig::Sent& sent : rig.sent_on(link)) {
    if (sent.header.type == wire::FrameType::hello) return wire::decode_hello(sent.body);
  }
  return std::nullopt;
}
// Lets time pass while all neighbours live.
void live_on(Rig& rig, Duration time) {
  for (Duration passed{}; passed < time; passed += 1s) {
    rig.advance(1s);
    for (const overlay::Link& link : rig.node.overlay().links().all()) {
      if (link.awaits_pong) rig.pong(link.id, {.nodes = {}, .links = link.peer_links});
    }
  }
}

TEST_CASE("Hello says that a node takes part, why it dialled, and whether it is alone") {
  Rig rig(open_config());
  rig.give_overlay(overlay::HostSeen{.key = key(1), .address = address(1)});
  const LinkId first = rig.connect(1, Direction::out, rig.dials.at(0).dial);
  REQUIRE(hello_on(rig, first));
  CHECK(hello_on(rig, first)->member == kAlone);
  CHECK(hello_on(rig, first)->wish == wire::Wish::link);
  rig.give_overlay(overlay::AddPeer{.peer = overlay::PeerNumber{3}, .keep = true});
  const LinkId second = rig.connect(2, Direction::out, rig.dials.at(1).dial);
  CHECK(hello_on(rig, second)->member == kMember);
  CHECK(hello_on(rig, second)->wish == wire::Wish::chosen);
}

TEST_CASE(
    "links that do not greet are no company: neither told of in Pongs, nor counted as places") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 20; ++peer) rig.connect(peer);
  rig.clear();
  const LinkId link = rig.connect(50, Direction::out);
  CHECK(hello_on(rig, link)->member == kAlone);
  greet(rig, link, wire::Wish::unsaid);
  rig.receive(link, {.guid = guid(6), .type = wire::FrameType::ping, .ttl = 1});
  CHECK(wire::decode_pong(rig.sent_on(link).back().body)->links == 1);
}

TEST_CASE("dialled peers that never greet push no link out, and keep nobody away") {
  Rig rig(open_config());
  fill(rig, 3, 0);
  std::uint8_t peer = 100;
  for (int second = 0; second < 20; ++second) {
    for (int i = 0; i < 3; ++i) rig.connect(peer++, Direction::out);
    live_on(rig, 1s);
  }
  CHECK(rig.counters.overlay.shuffles_out > 0);  // rounds passed
  CHECK(rig.counters.overlay.links_given_up == 0);
  CHECK(rig.node.overlay().links().up_count() == 3);
  const LinkId link = rig.connect(50);
  greet(rig, link, wire::Wish::link);
  CHECK(hello_on(rig, link));
  CHECK(rig.node.overlay().links().up_count() == 4);
}

TEST_CASE("a static node takes no part: no word of it in Hello, no rounds, no answers") {
  Rig rig;
  const LinkId link = rig.connect(1);
  CHECK(hello_on(rig, link)->member == 0);
  greet(rig, link, wire::Wish::link, kAlone);
  greet(rig, rig.connect(2), wire::Wish::unsaid);
  rig.clear();
  const Bytes body = wire::encode_members({{.key = key(9), .address = address(9)}});
  for (const auto type :
       {wire::FrameType::join, wire::FrameType::shuffle, wire::FrameType::shuffle_reply})
    rig.receive(link, {.guid = guid(1), .type = type, .ttl = 3}, body);
  live_on(rig, 600s);
  CHECK(rig.count(wire::FrameType::join) == 0);
  CHECK(rig.count(wire::FrameType::shuffle) == 0);
  CHECK(rig.count(wire::FrameType::shuffle_reply) == 0);
  CHECK(rig.counters.overlay.frames_unexpected == 3);
  CHECK(rig.dials.empty());
  CHECK(rig.closes.empty());
  CHECK(rig.node.overlay().view() == nullptr);
}

TEST_CASE("who wants a link is refused without a greeting when there is no place") {
  Rig rig(open_config());
  fill(rig, 6, 2);
  const LinkId link = rig.connect(50);
  CHECK(rig.sent_on(link).empty());  // waits to hear who asks
  greet(rig, link, wire::Wish::link);
  CHECK(rig.bye_on(link) == wire::ByeCode::full);
  CHECK_FALSE(hello_on(rig, link));
  CHECK(rig.reason(link) == CloseReason::full);
  CHECK(rig.counters.overlay.links_unwanted == 1);
}

TEST_CASE("who wants a link is greeted when there is a place") {
  Rig rig(open_config());
  fill(rig, 5, 2);
  const LinkId link = rig.connect(50);
  greet(rig, link, wire::Wish::link);
  CHECK(hello_on(rig, link));
  CHECK(rig.closes.empty());
}

TEST_CASE("those who dial a node cannot take the places of peers that it chooses itself") {
  Rig rig(open_config());
  fill(rig, 6, 0);
  const LinkId link = rig.connect(50);
  greet(rig, link, wire::Wish::link);
  CHECK(rig.reason(link) == CloseReason::full);
}

TEST_CASE("who answers a join is taken only while links are wanted") {
  Rig rig(open_config());
  fill(rig, 4, 0);
  const LinkId fifth = rig.connect(50);
  greet(rig, fifth, wire::Wish::welcome);
  CHECK(rig.reason(fifth) == CloseReason::none);
  const LinkId sixth = rig.connect(51);
  greet(rig, sixth, wire::Wish::welcome);
  CHECK(rig.reason(sixth) == CloseReason::full);
}

TEST_CASE("who has no other link is taken, and an older link makes room") {
  Rig rig(open_config());
  fill(rig, 6, 2);
  const LinkId link = rig.connect(50);
  greet(rig, link, wire::Wish::link, kAlone);
  CHECK(hello_on(rig, link));
  REQUIRE(rig.closes.size() == 1);
  CHECK(rig.closes[0].reason == CloseReason::surplus);
  CHECK(rig.bye_on(rig.closes[0].link) == wire::ByeCode::full);
  CHECK(rig.counters.overlay.links_given_up == 1);
}

TEST_CASE("room is made by a link that its peer does not miss, if there is one") {
  for (std::uint32_t rich = 1; rich <= 6; ++rich) {
    Rig rig(open_config());
    fill(rig, 6, 2);
    say_links(rig, LinkId{rich}, 7);
    greet(rig, rig.connect(50), wire::Wish::link, kAlone);
    REQUIRE(rig.closes.size() == 1);
    CHECK(rig.closes[0].link == LinkId{rich});
  }
}

TEST_CASE("a user's choice is taken beyond the places, and never given up") {
  Rig rig(open_config());
  for (std::uint8_t peer = 1; peer <= 12; ++peer)
    member_link(rig, peer, Direction::in, wire::Wish::chosen);
  CHECK(rig.closes.empty());
  for (std::uint32_t link = 1; link <= 12; ++link) say_links(rig, LinkId{link}, 20);
  greet(rig, rig.connect(50), wire::Wish::link, kAlone);
  live_on(rig, 600s);
  CHECK(rig.closes.empty());
}

TEST_CASE("a link that both ends can do without is given up by the one that dialled it") {
  Rig rig(open_config());
  fill(rig, 3, 5);  // links 4 to 8 are its own; the newest two stay
  for (std::uint32_t link = 1; link <= 8; ++link) say_links(rig, LinkId{link}, 7);
  live_on(rig, 300s);
  REQUIRE(rig.closes.size() == 3);
  for (const overlay::Close& close : rig.closes) {
    CHECK(close.reason == CloseReason::surplus);
    CHECK(close.link.value >= 4);
    CHECK(close.link.value <= 6);
  }
}

TEST_CASE("a link that its peer may need is not given up") {
  Rig rig(open_config());
  fill(rig, 3, 5);
  for (std::uint32_t link = 1; link <= 8; ++link) say_links(rig, LinkId{link}, 5);
  live_on(rig, 300s);
  CHECK(rig.closes.empty());
}

TEST_CASE("when one link falls silent the others are asked at once") {
  Rig rig(open_config());
  const LinkId dead = member_link(rig, 1, Direction::out);
  rig.advance(15s);
  const LinkId other = member_link(rig, 2, Direction::out);
  rig.clear();
  rig.advance(10s);
  CHECK(rig.reason(dead) == CloseReason::silent);
  CHECK(rig.node.overlay().links().find(other)->awaits_pong);  // ten seconds before its time
  rig.advance(5s);
  CHECK(rig.reason(other) == CloseReason::silent);
}

TEST_CASE("a neighbour that fell silent is asked again with links enough, for an hour") {
  Rig rig(open_config());
  const LinkId lost = rig.connect(1, Direction::out);
  greet(rig, lost, wire::Wish::unsaid);
  rig.advance(25s);
  REQUIRE(rig.reason(lost) == CloseReason::silent);
  rig.drop(lost);
  for (std::uint8_t peer = 2; peer <= 6; ++peer)
    member_link(rig, peer, peer <= 4 ? Direction::out : Direction::in);
  const auto dial_all = [&](Duration time) {
    std::size_t dials = 0;
    for (Duration passed{}; passed < time; passed += 1s) {
      for (const overlay::Dial& dial : std::exchange(rig.dials, {})) {
        dials += dial.expected == key(1);
        rig.give_overlay(overlay::DialFailed{.dial = dial.dial});
      }
      live_on(rig, 1s);
    }
    return dials;
  };
  dial_all(600s);  // the cache has forgotten it by now
  CHECK(dial_all(600s) >= 5);
  dial_all(2400s);
  CHECK(dial_all(600s) == 0);
}

TEST_CASE("a node whose machine slept drops what is dead by then, and dials at once") {
  Rig rig(open_config());
  const LinkId link = rig.connect(1);
  greet(rig, link, wire::Wish::unsaid);
  live_on(rig, 60s);
  rig.clear();
  rig.now += 3600s;
  rig.give(Input(DeadlinePassed{}));
  CHECK(rig.reason(link) == CloseReason::silent);
  CHECK(rig.counters.overlay.wakes_late == 1);
  REQUIRE(rig.dials.size() == 1);
  CHECK(rig.dials[0].expected == key(1));
}

TEST_CASE("after a short sleep all links are asked at once") {
  Rig rig(open_config());
  const LinkId link = rig.connect(1, Direction::out);
  greet(rig, link, wire::Wish::unsaid);
  rig.advance(2s);
  rig.clear();
  rig.now += 25s;  // late, but not so late that the peer has given up
  rig.give(Input(DeadlinePassed{}));
  CHECK(rig.closes.empty());
  REQUIRE(rig.sent_on(link).size() == 1);
  CHECK(rig.sent_on(link)[0].header.type == wire::FrameType::ping);
}

TEST_CASE("a peer that came back is not refused for a link of its former life") {
  for (const std::uint8_t peer : {std::uint8_t{1}, std::uint8_t{200}}) {
    CAPTURE(peer);
    const bool own_wins = Rig::kSelf < peer;
    Rig rig;
    const LinkId older = rig.link_to(peer, Direction::out);
    rig.advance(10s);
    const LinkId newer = rig.connect(peer, Direction::in);
    rig.hello(newer);
    CHECK(rig.closes.empty());
    CHECK(rig.count(wire::FrameType::ping) == 1);
    SUBCASE("the older one is dead") {
      rig.advance(5s);
      CHECK(rig.reason(older) == CloseReason::silent);
      rig.pong(newer);
      CHECK(rig.reason(newer) == CloseReason::none);
    }
    SUBCASE("the older one lives") {
      rig.pong(older);
      CHECK(rig.reason(own_wins ? newer : older) == CloseReason::duplicate);
      CHECK(rig.reason(own_wins ? older : newer) == CloseReason::none);
    }
  }
}

}  // namespace
}  // namespace freshet::core::testing
