// A link's life: greeting, ping and pong, silence, Bye, and which of two links stays.
#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::CloseReason;
using overlay::Direction;

TEST_CASE("a new link is greeted, and is up when the other side greets") {
  Rig rig;
  const LinkId link = rig.connect(1);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].header.type == wire::FrameType::hello);
  CHECK(rig.sent[0].header.ttl == 1);
  CHECK(rig.established.empty());
  rig.hello(link, 1234);
  REQUIRE(rig.established.size() == 1);
  CHECK(rig.established[0].name == "peer");
  CHECK(rig.established[0].listen == address(1, 1234));
  CHECK(rig.counters.overlay.links_up == 1);
}

TEST_CASE("a first ping goes out as soon as a link is up, and measures it") {
  Config config = static_config();
  config.overlay.ping_at_start = true;
  Rig rig(config);
  const LinkId link = rig.connect(1);
  rig.hello(link);
  CHECK(rig.count(wire::FrameType::ping) == 1);
  rig.now += 7ms;
  rig.pong(link);
  CHECK(rig.node.overlay().links().find(link)->rtt_us == 7000);
}

TEST_CASE("a ping is answered with its own GUID") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.receive(link, {.guid = guid(5), .type = wire::FrameType::ping, .ttl = 1});
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].header.type == wire::FrameType::pong);
  CHECK(rig.sent[0].header.guid == guid(5));
}

TEST_CASE("a link to the node itself is closed at both its ends without a word") {
  Rig rig;
  const LinkId in = rig.connect(Rig::kSelf, Direction::in);
  const LinkId out = rig.connect(Rig::kSelf, Direction::out);
  CHECK(rig.sent.empty());
  CHECK(rig.reason(in) == CloseReason::self);
  CHECK(rig.reason(out) == CloseReason::self);
  CHECK(rig.counters.overlay.links_refused == 2);
}

TEST_CASE("of two links to one peer the one that the lower key dialled stays") {
  for (const bool own_first : {true, false}) {
    for (const std::uint8_t peer : {std::uint8_t{1}, std::uint8_t{200}}) {
      CAPTURE(own_first);
      CAPTURE(peer);
      Rig rig;
      const LinkId first = rig.connect(peer, own_first ? Direction::out : Direction::in);
      const LinkId second = rig.connect(peer, own_first ? Direction::in : Direction::out);
      const bool own_stays = Rig::kSelf < peer;
      const LinkId own = own_first ? first : second;
      const LinkId other = own_first ? second : first;
      CHECK(rig.reason(own) == (own_stays ? CloseReason::none : CloseReason::duplicate));
      CHECK(rig.reason(other) == (own_stays ? CloseReason::duplicate : CloseReason::none));
      CHECK(rig.bye_on(own_stays ? other : own) == wire::ByeCode::duplicate);
    }
  }
}

TEST_CASE("both ends of two crossed links close the same one") {
  Config config = static_config();
  Counters counters;
  const auto run = [&](std::uint8_t self, std::uint8_t peer) {
    Node node(config, counters, key(self), Rng::from_seed(self));
    EffectBuffer out;
    bool keeps_dialled = true;
    for (const std::uint32_t link : {0U, 1U}) {
      node.handle(Input(overlay::Input(
                      overlay::LinkUp{.link = LinkId{link},
                                      .peer = key(peer),
                                      .remote = address(peer),
                                      .direction = link == 0 ? Direction::out : Direction::in,
                                      .dial = std::nullopt,
                                      .room_bytes = Rig::kRoom})),
                  TimePoint{},
                  out);
    }
    for (const Effect& effect : out.effects()) {
      const auto* close = std::get_if<overlay::Close>(std::get_if<overlay::Effect>(&effect));
      if (close != nullptr && close->link == LinkId{0}) keeps_dialled = false;
    }
    return keeps_dialled;
  };
  CHECK(run(1, 2));        // the lower key keeps what it dialled
  CHECK_FALSE(run(2, 1));  // the higher one closes what it dialled: the same link stays
}

TEST_CASE("a node that dialled a peer twice closes the newer link") {
  Rig rig;
  const LinkId older = rig.connect(1, Direction::out);
  const LinkId newer = rig.connect(1, Direction::out);
  CHECK(rig.reason(newer) == CloseReason::duplicate);
  CHECK(rig.reason(older) == CloseReason::none);
}

TEST_CASE("a node that was dialled twice keeps both and asks whether the older one lives") {
  Rig rig;
  const LinkId older = rig.link_to(1, Direction::in);
  const LinkId newer = rig.connect(1, Direction::in);
  CHECK(rig.closes.empty());
  REQUIRE(rig.sent_on(older).size() == 1);
  CHECK(rig.sent_on(older)[0].header.type == wire::FrameType::ping);
  rig.hello(newer);
  rig.advance(5s);
  CHECK(rig.reason(older) == CloseReason::silent);
  CHECK(rig.reason(newer) == CloseReason::none);
}

TEST_CASE("links beyond the limit are refused with Bye 503") {
  Config config = static_config();
  config.overlay.max_links = 2;
  Rig rig(config);
  rig.link_to(1);
  rig.link_to(2);
  const LinkId third = rig.connect(3);
  CHECK(rig.bye_on(third) == wire::ByeCode::full);
  CHECK(rig.reason(third) == CloseReason::full);
  CHECK(rig.count(wire::FrameType::hello) == 0);
}

TEST_CASE("at the limit a link that has not greeted gives way to a new one") {
  Config config = static_config();
  config.overlay.max_links = 3;
  Rig rig(config);
  rig.link_to(1);
  const LinkId silent = rig.connect(2);
  const LinkId silent_too = rig.connect(3);
  const LinkId honest = rig.connect(4);
  CHECK(rig.reason(silent) == CloseReason::full);
  CHECK(rig.reason(silent_too) == CloseReason::none);
  rig.hello(honest);
  CHECK(rig.established.size() == 1);
  rig.hello(silent_too);
  const LinkId late = rig.connect(5);
  CHECK(rig.reason(late) == CloseReason::full);
  CHECK(rig.counters.overlay.links_refused == 2);
}

TEST_CASE("a peer that says Bye before Hello is believed: it is full, not malformed") {
  Rig rig;
  const LinkId link = rig.connect(1, Direction::out);
  rig.clear();
  rig.receive(link,
              {.guid = guid(1), .type = wire::FrameType::bye, .ttl = 1},
              wire::encode(wire::Bye{.code = wire::ByeCode::full, .reason = "full"}));
  CHECK(rig.reason(link) == CloseReason::peer_left);
  REQUIRE(rig.closed.size() == 1);
  CHECK(rig.closed[0].peer_reason == "full");
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.frames_unexpected == 0);
}

TEST_CASE("a peer that says Bye is told nothing more, and its words are passed on") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.receive(link,
              {.guid = guid(1), .type = wire::FrameType::bye, .ttl = 1},
              wire::encode(wire::Bye{.code = wire::ByeCode::leaving, .reason = "good night"}));
  CHECK(rig.sent.empty());
  REQUIRE(rig.closed.size() == 1);
  CHECK(rig.closed[0].peer_reason == "good night");
  CHECK(rig.reason(link) == CloseReason::peer_left);
}

TEST_CASE("a peer that does not greet is dropped after five seconds") {
  Rig rig;
  const LinkId link = rig.connect(1);
  rig.advance(5s - 1ns);
  CHECK(rig.closes.empty());
  rig.advance(1ns);
  CHECK(rig.reason(link) == CloseReason::silent);
  CHECK(rig.counters.overlay.links_silent == 1);
}

TEST_CASE("a trickle of bytes does not keep a greeting open") {
  Rig rig;
  const LinkId link = rig.connect(1);
  const Bytes part(1, 0);
  for (int i = 0; i < 4; ++i) {
    rig.advance(1250ms);
    rig.receive_bytes(link, part);
  }
  CHECK(rig.reason(link) == CloseReason::silent);
}

TEST_CASE("a link that fell silent is pinged after 20 s and closed 5 s later") {
  Rig rig;
  const LinkId link = rig.link_to(1, Direction::out);
  rig.advance(20s - 1ns);
  CHECK(rig.sent.empty());
  rig.advance(1ns);
  REQUIRE(rig.sent.size() == 1);
  CHECK(rig.sent[0].header.type == wire::FrameType::ping);
  rig.advance(5s - 1ns);
  CHECK(rig.closes.empty());
  rig.advance(1ns);
  CHECK(rig.reason(link) == CloseReason::silent);
  CHECK_FALSE(rig.bye_on(link).has_value());
  CHECK(rig.counters.overlay.links_silent == 1);
}

TEST_CASE("after a short sleep every link is asked at once, after a long one all are given up") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.now += 8s;  // the host moves the clock on by what was slept
  rig.give_overlay(overlay::Woke{.slept = 8s});
  CHECK(rig.counters.overlay.wakes_late == 1);
  CHECK(rig.counters.overlay.pings_out == 1);
  rig.pong(link);
  rig.now += 40s;
  rig.give_overlay(overlay::Woke{.slept = 40s});
  CHECK(rig.counters.overlay.wakes_late == 2);
  CHECK(rig.counters.overlay.links_silent == 1);
}

TEST_CASE("the side that was dialled asks a tenth later, so that one asks") {
  Rig rig;
  rig.link_to(1, Direction::in);
  rig.advance(22s - 1ns);
  CHECK(rig.sent.empty());
  rig.advance(1ns);
  CHECK(rig.count(wire::FrameType::ping) == 1);
}

TEST_CASE("an answered ping keeps the link") {
  Rig rig;
  const LinkId link = rig.link_to(1, Direction::out);
  for (int i = 0; i < 3; ++i) {
    rig.advance(20s);
    CHECK(rig.count(wire::FrameType::ping) == 1);
    rig.clear();
    rig.pong(link);
  }
  rig.advance(19s);
  CHECK(rig.closes.empty());
}

TEST_CASE("anything heard is a sign of life") {
  Rig rig;
  const LinkId link = rig.link_to(1, Direction::out);
  rig.advance(21s);
  rig.query(link, guid(1), 3);
  rig.advance(19s);
  CHECK(rig.closes.empty());
}

TEST_CASE("a link that is lost is told of once") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.drop(link);
  REQUIRE(rig.closed.size() == 1);
  CHECK(rig.closed[0].reason == CloseReason::lost);
  CHECK(rig.counters.overlay.links_lost == 1);
  CHECK(rig.node.overlay().links().all().empty());
  rig.drop(link);
  CHECK(rig.closed.size() == 1);
}

TEST_CASE("a node that leaves says Bye on every link, accepts none and dials nobody") {
  Rig rig(open_config());
  const LinkId one = rig.link_to(1);
  const LinkId two = rig.link_to(2);
  rig.give_overlay(overlay::AddPeer{.peer = overlay::PeerNumber{1}, .keep = true});
  rig.clear();
  rig.give_overlay(overlay::ShutDown{});
  CHECK(rig.bye_on(one) == wire::ByeCode::leaving);
  CHECK(rig.bye_on(two) == wire::ByeCode::leaving);
  rig.drop(one);
  rig.drop(two);
  rig.give_overlay(overlay::HostSeen{.key = key(7), .address = address(7)});
  rig.advance(120s);
  CHECK(rig.dials.empty());
  const LinkId late = rig.connect(3);
  CHECK(rig.reason(late) == CloseReason::shutting_down);
}

TEST_CASE("the extra part of a link goes with its greeting") {
  Rig rig;
  const LinkId link = rig.connect(1);
  CHECK(rig.node.overlay().links().find(link)->extra != nullptr);
  rig.hello(link);
  CHECK(rig.node.overlay().links().find(link)->extra == nullptr);
}

}  // namespace
}  // namespace freshet::core::testing
