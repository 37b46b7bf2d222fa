// Whom a node dials, when, and when it gives up.
#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::Direction;
using overlay::PeerNumber;

const Endpoint* endpoint_of(const overlay::Dial& dial) {
  return std::get_if<Endpoint>(&dial.target);
}
overlay::AddPeer named(std::uint32_t number, bool keep = true) {
  return {.peer = PeerNumber{number}, .keep = keep};
}
overlay::HostSeen seen(std::uint8_t number) {
  return {.key = key(number), .address = address(number)};
}

TEST_CASE("a named peer is dialled at once, also without discovery") {
  Rig rig;
  rig.give_overlay(named(3));
  REQUIRE(rig.dials.size() == 1);
  CHECK(std::get<PeerNumber>(rig.dials[0].target) == PeerNumber{3});
}

TEST_CASE("failed dials of a named peer back off from half a second to a minute") {
  Rig rig;
  rig.give_overlay(named(3));
  std::vector<Duration> waits;
  for (int i = 0; i < 10; ++i) {
    REQUIRE(rig.dials.size() == 1);
    const DialId dial = rig.dials[0].dial;
    rig.clear();
    rig.give_overlay(overlay::DialFailed{.dial = dial});
    const TimePoint failed = rig.now;
    REQUIRE(rig.node.next_deadline().has_value());
    rig.advance(*rig.node.next_deadline() - rig.now);
    waits.push_back(rig.now - failed);
  }
  CHECK(waits[0] == 500ms);
  CHECK(waits[1] == 1s);
  CHECK(waits[2] == 2s);
  CHECK(waits[9] == 60s);
}

TEST_CASE("a named peer is dialled again when its link is lost") {
  Rig rig;
  rig.give_overlay(named(3));
  const LinkId link = rig.connect(7, Direction::out, rig.dials[0].dial);
  rig.hello(link);
  rig.clear();
  rig.advance(100ms);
  CHECK(rig.dials.empty());
  rig.drop(link);
  rig.advance(500ms);
  REQUIRE(rig.dials.size() == 1);
  CHECK(std::get<PeerNumber>(rig.dials[0].target) == PeerNumber{3});
}

TEST_CASE("a named peer is not dialled while another link to it is up") {
  Rig rig;
  rig.give_overlay(named(3));
  const LinkId first = rig.connect(200, Direction::out, rig.dials[0].dial);
  rig.hello(first);
  const LinkId second = rig.connect(200, Direction::in);
  CHECK(rig.reason(second) == overlay::CloseReason::duplicate);
  rig.drop(second);
  rig.clear();
  rig.advance(15s);  // not so long that silence ends it
  CHECK(rig.dials.empty());
}

TEST_CASE("a peer that accepts and refuses is not dialled in a loop") {
  Rig rig;
  rig.give_overlay(named(3));
  std::size_t dials = 0;
  for (int i = 0; i < 60; ++i) {
    for (const overlay::Dial& dial : std::exchange(rig.dials, {})) {
      ++dials;
      const LinkId link = rig.connect(7, Direction::out, dial.dial);
      rig.drop(link);
    }
    rig.advance(1s);
  }
  CHECK(dials <= 9);  // 0.5, 1, 2, 4, ... s apart
}

TEST_CASE("a peer to be tried once is dialled once, whatever comes of it") {
  SUBCASE("it does not answer") {
    Rig rig;
    rig.give_overlay(named(3, false));
    rig.give_overlay(overlay::DialFailed{.dial = rig.dials[0].dial});
    rig.advance(300s);
    CHECK(rig.dials.size() == 1);
  }
  SUBCASE("it refuses") {
    Rig rig;
    rig.give_overlay(named(3, false));
    rig.drop(rig.connect(7, Direction::out, rig.dials[0].dial));
    rig.advance(300s);
    CHECK(rig.dials.size() == 1);
  }
  SUBCASE("its link is lost later") {
    Rig rig;
    rig.give_overlay(named(3, false));
    const LinkId link = rig.connect(7, Direction::out, rig.dials[0].dial);
    rig.hello(link);
    rig.drop(link);
    rig.advance(300s);
    CHECK(rig.dials.size() == 1);
  }
}

TEST_CASE("an address of a beacon is dialled, and only its key accepted") {
  Rig rig(open_config());
  rig.give_overlay(seen(1));
  REQUIRE(rig.dials.size() == 1);
  REQUIRE(endpoint_of(rig.dials[0]) != nullptr);
  CHECK(*endpoint_of(rig.dials[0]) == address(1));
  CHECK(rig.dials[0].expected == key(1));
}

TEST_CASE("without discovery addresses are neither learned nor dialled") {
  Rig rig;
  rig.give_overlay(seen(1));
  rig.give_overlay(overlay::HostRemembered{.key = key(2), .address = address(2)});
  const LinkId link = rig.link_to(3);
  wire::Pong pong;
  pong.nodes.push_back({.key = key(4), .address = address(4)});
  rig.pong(link, pong);
  rig.advance(60s);
  CHECK(rig.dials.empty());
  CHECK(rig.node.overlay().cached_hosts().empty());
}

TEST_CASE("pongs teach addresses, which are dialled while links are wanted") {
  Rig rig(open_config());
  const LinkId link = rig.link_to(1);
  wire::Pong pong;
  pong.nodes.push_back({.key = key(4), .address = address(4)});
  rig.pong(link, pong);
  REQUIRE(rig.dials.size() == 1);
  CHECK(*endpoint_of(rig.dials[0]) == address(4));
}

TEST_CASE("pongs pass on what the node knows, without the asker itself") {
  Rig rig(open_config());
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.receive(one, {.guid = guid(5), .type = wire::FrameType::ping, .ttl = 1});
  REQUIRE(rig.sent_on(one).size() == 1);
  const auto pong = wire::decode_pong(rig.sent_on(one)[0].body);
  REQUIRE(pong.has_value());
  REQUIRE(pong->nodes.size() == 1);
  CHECK(pong->nodes[0].key == key(2));
  CHECK(pong->nodes[0].address == address(2));
  rig.clear();
  rig.receive(two, {.guid = guid(6), .type = wire::FrameType::ping, .ttl = 1});
  CHECK(wire::decode_pong(rig.sent_on(two)[0].body)->nodes[0].key == key(1));
}

TEST_CASE("a first pong that had nobody to name leaves the long one for later") {
  Rig rig(open_config());
  const LinkId one = rig.link_to(1);
  rig.receive(one, {.guid = guid(5), .type = wire::FrameType::ping, .ttl = 1});
  CHECK(wire::decode_pong(rig.sent_on(one)[0].body)->nodes.empty());
  for (std::uint8_t peer = 2; peer < 6; ++peer) rig.link_to(peer);
  rig.clear();
  rig.receive(one, {.guid = guid(6), .type = wire::FrameType::ping, .ttl = 1});
  CHECK(wire::decode_pong(rig.sent_on(one)[0].body)->nodes.size() == 4);
}

TEST_CASE("only a few dials run at a time, slow ones keep none back, and all of them are bounded") {
  Rig rig(open_config());
  for (std::uint8_t number = 1; number <= 40; ++number) rig.give_overlay(seen(number));
  CHECK(rig.dials.size() == 3);
  rig.advance(1s - 1ns);
  CHECK(rig.dials.size() == 3);
  rig.advance(1ns);
  CHECK(rig.dials.size() == 6);
  rig.advance(60s);  // fails when the node wakes itself without end
  CHECK(rig.dials.size() == 16);
  rig.give_overlay(overlay::DialFailed{.dial = rig.dials[0].dial});
  CHECK(rig.dials.size() == 17);
}

TEST_CASE("links that came in and do not greet hold no dial back") {
  Rig rig(open_config());
  for (std::uint8_t number = 1; number <= 20; ++number) rig.connect(number);
  for (std::uint8_t number = 50; number < 90; ++number) rig.give_overlay(seen(number));
  CHECK(rig.dials.size() == 3);
}

TEST_CASE("dialled peers that do not greet hold others back for a second, and all are bounded") {
  Rig rig(open_config());
  for (std::uint8_t number = 1; number <= 60; ++number) rig.give_overlay(seen(number));
  std::size_t connected = 0;
  const auto connect_all = [&] {
    for (; connected < rig.dials.size(); ++connected) {
      const overlay::Dial dial = rig.dials[connected];
      rig.connect(endpoint_of(dial)->address[15], Direction::out, dial.dial);
    }
  };
  while (connected < rig.dials.size()) connect_all();
  CHECK(rig.dials.size() == 5);  // as many as are wanted, and all may yet greet
  rig.advance(1s - 1ns);
  CHECK(rig.dials.size() == 5);
  rig.advance(1ns);
  CHECK(rig.dials.size() > 5);
  for (int step = 0; step < 29; ++step) {  // until just before the first are given up
    while (connected < rig.dials.size()) connect_all();
    rig.advance(100ms);
  }
  CHECK(rig.dials.size() == 16);
  for (int step = 0; step < 20; ++step) {
    while (connected < rig.dials.size()) connect_all();
    rig.advance(100ms);
  }
  CHECK(rig.dials.size() > 16);
  CHECK(rig.node.overlay().links().live_count() <= 16);
}

TEST_CASE("dialling stops when there are links enough") {
  Rig rig(open_config());
  for (std::uint8_t number = 1; number <= 5; ++number)
    rig.link_to(number, number <= 2 ? Direction::out : Direction::in);
  rig.give_overlay(seen(50));
  rig.advance(10s);
  CHECK(rig.dials.empty());
  CHECK(rig.node.overlay().cached_hosts().size() == 6);
}

TEST_CASE("a node that was only ever dialled still chooses two peers itself") {
  Rig rig(open_config());
  for (std::uint8_t number = 1; number <= 5; ++number) rig.link_to(number);
  for (std::uint8_t number = 50; number < 60; ++number) rig.give_overlay(seen(number));
  CHECK(rig.dials.size() == 2);
}

TEST_CASE("a host in another subnet is preferred, but not always") {
  Config config = open_config();
  config.overlay.max_concurrent_dials = 1;
  config.overlay.target_links = 2;
  int far_chosen = 0;
  for (int round = 0; round < 40; ++round) {
    Rig rig(config);
    for (int i = 0; i < round; ++i) rig.drop(rig.connect(60));  // moves the dice
    rig.link_to(7, Direction::out);                             // at 192.0.2.7
    rig.give_overlay(seen(8));
    REQUIRE(rig.dials.size() == 1);
    rig.give_overlay(seen(9));
    rig.give_overlay(
        overlay::HostSeen{.key = key(10), .address = Endpoint::v4({198, 51, 100, 1}, 1)});
    rig.give_overlay(overlay::DialFailed{.dial = rig.dials[0].dial});
    REQUIRE(rig.dials.size() == 2);
    far_chosen += rig.dials[1].expected == key(10);
  }
  CHECK(far_chosen >= 28);  // 7 of 8 when three draws decide
  CHECK(far_chosen < 40);
}

TEST_CASE("a claim does not replace the key of a known address until a dial failed there") {
  Rig rig(open_config());
  rig.give_overlay(seen(1));
  REQUIRE(rig.dials.size() == 1);
  const LinkId link = rig.link_to(2);
  wire::Pong pong;
  pong.nodes.push_back({.key = key(66), .address = address(1)});
  rig.pong(link, pong);
  const auto key_of_one = [&] {
    for (const overlay::CachedHost& host : rig.node.overlay().cached_hosts()) {
      if (host.address == address(1)) return host.key;
    }
    return std::optional<NodeKey>();
  };
  CHECK(key_of_one() == key(1));
  rig.give_overlay(overlay::DialFailed{.dial = DialId{1}});
  rig.pong(link, pong);
  CHECK(key_of_one() == key(66));
}

TEST_CASE("a peer that has no place is not asked again for half a minute, and not forgotten") {
  Rig rig(open_config());
  rig.give_overlay(seen(1));
  for (int again = 0; again < 10; ++again) {
    REQUIRE(rig.dials.size() == 1);
    const LinkId link = rig.connect(1, Direction::out, rig.dials[0].dial);
    rig.clear();
    rig.receive(link,
                {.guid = guid(1), .type = wire::FrameType::bye, .ttl = 1},
                wire::encode(wire::Bye{.code = wire::ByeCode::full, .reason = "full"}));
    rig.drop(link);
    rig.advance(29s);
    CHECK(rig.dials.empty());
    rig.advance(1s);
  }
}

TEST_CASE("a lost link is replaced from the host cache") {
  Config config = open_config();
  config.overlay.target_links = 1;
  Rig rig(config);
  const LinkId link = rig.link_to(1);
  rig.give_overlay(seen(2));
  CHECK(rig.dials.empty());
  rig.drop(link);
  REQUIRE(rig.dials.size() == 1);
}

TEST_CASE("an address that fails six times is forgotten") {
  Rig rig(open_config());
  rig.give_overlay(seen(1));
  for (int i = 0; i < 6; ++i) {
    REQUIRE(rig.dials.size() == 1);
    const DialId dial = rig.dials[0].dial;
    rig.clear();
    rig.give_overlay(overlay::DialFailed{.dial = dial});
    rig.advance(60s);
  }
  CHECK(rig.dials.empty());
  CHECK(rig.node.overlay().cached_hosts().empty());
}

TEST_CASE("the host cache is bounded, and failing addresses give way first") {
  Config config = open_config();
  config.overlay.max_cached_hosts = 10;
  config.overlay.target_links = 1;
  Rig rig(config);
  rig.give_overlay(seen(1));
  rig.give_overlay(overlay::DialFailed{.dial = rig.dials.at(0).dial});
  for (std::uint8_t number = 2; number <= 40; ++number) {
    rig.now += 1s;
    rig.give_overlay(seen(number));
    CHECK(rig.node.overlay().cached_hosts().size() <= 10);
  }
  for (const overlay::CachedHost& host : rig.node.overlay().cached_hosts())
    CHECK(host.address != address(1));
}

TEST_CASE("an address that turns out to be the node itself is forgotten and not learned again") {
  Rig rig(open_config());
  rig.give_overlay(overlay::HostRemembered{.key = std::nullopt, .address = address(1)});
  REQUIRE(rig.dials.size() == 1);
  const LinkId link = rig.connect(Rig::kSelf, Direction::out, rig.dials[0].dial);
  CHECK(rig.reason(link) == overlay::CloseReason::self);
  rig.drop(link);
  CHECK(rig.node.overlay().cached_hosts().empty());
  rig.give_overlay(overlay::HostRemembered{.key = std::nullopt, .address = address(1)});
  CHECK(rig.node.overlay().cached_hosts().empty());
  rig.advance(60s);
  CHECK(rig.dials.size() == 1);
}

TEST_CASE("a named peer that turns out to be the node itself is given up") {
  Rig rig;
  rig.give_overlay(named(3));
  rig.drop(rig.connect(Rig::kSelf, Direction::out, rig.dials[0].dial));
  rig.advance(300s);
  CHECK(rig.dials.size() == 1);
}

TEST_CASE("a refused duplicate says nothing against an address") {
  Rig rig(open_config());
  const LinkId link = rig.link_to(200, Direction::out);
  CHECK(rig.node.overlay().cached_hosts().size() == 1);
  const LinkId crossed = rig.connect(200, Direction::in);
  CHECK(rig.reason(crossed) == overlay::CloseReason::duplicate);
  CHECK(rig.node.overlay().cached_hosts()[0].failures == 0);
  CHECK(rig.reason(link) == overlay::CloseReason::none);
}

}  // namespace
}  // namespace freshet::core::testing
