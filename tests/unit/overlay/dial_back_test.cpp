// Neighbours that dial each other on request.
#include "node/core/overlay/dial_back.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using wire::DialBackVerdict;
using wire::FrameType;

void ask_dial_back(Rig& rig, LinkId link, std::uint16_t port = 7000) {
  rig.receive(link,
              {.guid = guid(1), .type = FrameType::dial_back, .ttl = 1},
              wire::encode_dial_back(port));
}

std::optional<DialBackVerdict> answered(const Rig& rig, LinkId link) {
  for (const auto& sent : rig.sent_on(link)) {
    if (sent.header.type == FrameType::dial_back_answer)
      return wire::decode_dial_back_answer(sent.body);
  }
  return std::nullopt;
}

TEST_CASE("a neighbour that asks is dialled at its own port, and hears how it went") {
  for (const bool reached : {true, false}) {
    Rig rig;
    const LinkId link = rig.link_to(1);
    ask_dial_back(rig, link, 7000);
    REQUIRE(rig.dial_backs.size() == 1);
    CHECK(rig.dial_backs[0].link == link);
    CHECK(rig.dial_backs[0].port == 7000);
    CHECK_FALSE(answered(rig, link).has_value());
    rig.give_overlay(overlay::DialledBack{.link = link, .reached = reached});
    CHECK(answered(rig, link)
          == (reached ? DialBackVerdict::reached : DialBackVerdict::unreachable));
  }
}

TEST_CASE("who asks again too soon is declined, and nothing is dialled") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  ask_dial_back(rig, link);
  ask_dial_back(rig, link);
  CHECK(rig.dial_backs.size() == 1);
  CHECK(answered(rig, link) == DialBackVerdict::declined);
  CHECK(rig.counters.overlay.dial_backs_declined == 1);
  rig.give_overlay(overlay::DialledBack{.link = link, .reached = true});
  rig.now += overlay::DialBacks::kPause;
  ask_dial_back(rig, link);
  CHECK(rig.dial_backs.size() == 2);
}

TEST_CASE("three neighbours at most are asked, and their answers are told") {
  Rig rig;
  std::vector<LinkId> links;
  for (std::uint8_t peer = 1; peer <= 5; ++peer) links.push_back(rig.link_to(peer));
  rig.give_overlay(overlay::AskDialBack{});
  CHECK(rig.count(FrameType::dial_back) == overlay::DialBacks::kAsked);
  CHECK(wire::decode_dial_back(rig.sent.front().body) == kDefaultPort);
  const auto say = [&](LinkId link, DialBackVerdict verdict) {
    rig.receive(link,
                {.guid = guid(2), .type = FrameType::dial_back_answer, .ttl = 1},
                wire::encode_dial_back_answer(verdict));
  };
  say(links[0], DialBackVerdict::reached);
  say(links[1], DialBackVerdict::unreachable);
  REQUIRE(rig.dial_back_answers.size() == 2);
  CHECK(rig.dial_back_answers[0].verdict == DialBackVerdict::reached);
  CHECK(rig.dial_back_answers[1].verdict == DialBackVerdict::unreachable);
  // An answer to nothing, and a second one.
  say(links[4], DialBackVerdict::reached);
  say(links[0], DialBackVerdict::reached);
  CHECK(rig.dial_back_answers.size() == 2);
  CHECK(rig.counters.overlay.frames_unexpected == 2);
}

TEST_CASE("a malformed request or answer is an offence") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.receive(link, {.guid = guid(1), .type = FrameType::dial_back, .ttl = 1}, Bytes{0, 0});
  rig.receive(link, {.guid = guid(1), .type = FrameType::dial_back, .ttl = 1}, Bytes{1});
  rig.receive(link, {.guid = guid(1), .type = FrameType::dial_back_answer, .ttl = 1}, Bytes{3});
  CHECK(rig.counters.overlay.frames_malformed == 3);
  CHECK(rig.dial_backs.empty());
}

TEST_CASE("a link that went away is neither answered nor expected to answer") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  ask_dial_back(rig, link);
  rig.drop(link);
  rig.clear();
  rig.give_overlay(overlay::DialledBack{.link = link, .reached = true});
  CHECK(rig.sent.empty());
}

}  // namespace
}  // namespace freshet::core::testing
