// Frames beyond the rules: each is counted and answered as the design says.
#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::CloseReason;

TEST_CASE("TTL 255 is clamped and counted") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId to = rig.link_to(2);
  rig.query(from, guid(1), 255, 3);
  REQUIRE(rig.sent_on(to).size() == 1);
  CHECK(rig.sent_on(to)[0].header.ttl == 11);
  CHECK(rig.sent_on(to)[0].header.hops == 4);
  CHECK(rig.counters.overlay.frames_bad_ttl == 1);
}

TEST_CASE("hops 255, and TTL 0, go nowhere") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.link_to(2);
  rig.query(from, guid(1), 255, 255);
  rig.query(from, guid(2), 1, 15);
  rig.query(from, guid(3), 0, 3);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.empty());
  CHECK(rig.counters.overlay.frames_bad_ttl == 3);
}

TEST_CASE("simulations of other settings may raise the limit to 255") {
  Config config = static_config();
  config.overlay.max_ttl = 255;
  Rig rig(config);
  const LinkId from = rig.link_to(1);
  const LinkId to = rig.link_to(2);
  rig.query(from, guid(1), 254, 1);
  REQUIRE(rig.sent_on(to).size() == 1);
  CHECK(rig.sent_on(to)[0].header.ttl == 253);
  CHECK(rig.counters.overlay.frames_bad_ttl == 0);
}

TEST_CASE("the eighth offence ends the link with Bye 403") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  for (std::uint8_t i = 1; i < 8; ++i) rig.query(from, guid(i), 0);
  CHECK(rig.closes.empty());
  rig.query(from, guid(8), 0);
  CHECK(rig.reason(from) == CloseReason::offence);
  CHECK(rig.bye_on(from) == wire::ByeCode::offence);
  CHECK(rig.counters.overlay.links_offended == 1);
}

TEST_CASE("an unknown type is counted, not passed on, and no offence") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.link_to(2);
  for (std::uint8_t i = 0; i < 50; ++i) {
    rig.receive(
        from, {.guid = guid(i), .type = static_cast<wire::FrameType>(0xEE), .ttl = 3}, Bytes(10));
  }
  CHECK(rig.sent.empty());
  CHECK(rig.closes.empty());
  CHECK(rig.counters.overlay.frames_unknown_type == 50);
}

TEST_CASE("a frame that claims ten megabytes ends the link at its header") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  Bytes header(wire::kFrameHeaderBytes);
  wire::encode_header(
      {.guid = guid(1), .type = wire::FrameType::query, .ttl = 3, .body_bytes = 10'000'000},
      header.data());
  rig.receive_bytes(from, header);
  CHECK(rig.reason(from) == CloseReason::malformed);
  CHECK(rig.bye_on(from) == wire::ByeCode::malformed);
  CHECK(rig.counters.overlay.frames_oversized == 1);
  CHECK(rig.node.overlay().links().find(from)->extra == nullptr);
}

TEST_CASE("a query longer than a query may be ends the link") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.link_to(2);
  rig.receive(from, {.guid = guid(1), .type = wire::FrameType::query, .ttl = 3}, Bytes(4097));
  CHECK(rig.reason(from) == CloseReason::malformed);
  CHECK(rig.count(wire::FrameType::query) == 0);
  CHECK(rig.counters.overlay.frames_oversized == 1);
}

TEST_CASE("anything before Hello but Bye ends the link") {
  Rig rig;
  const LinkId from = rig.connect(1);
  rig.query(from, guid(1), 3);
  CHECK(rig.reason(from) == CloseReason::malformed);
  CHECK(rig.counters.overlay.frames_unexpected == 1);
}

TEST_CASE("a Hello that does not decode ends the link") {
  Rig rig;
  const LinkId from = rig.connect(1);
  rig.receive(from, {.guid = guid(1), .type = wire::FrameType::hello, .ttl = 1}, Bytes{0x0A, 0x7F});
  CHECK(rig.reason(from) == CloseReason::malformed);
  CHECK(rig.counters.overlay.frames_malformed == 1);
}

TEST_CASE("a second Hello is an offence") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  for (int i = 0; i < 8; ++i) rig.hello(from);
  CHECK(rig.counters.overlay.frames_unexpected == 8);
  CHECK(rig.reason(from) == CloseReason::offence);
}

TEST_CASE("a pong that does not decode is an offence") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  for (int i = 0; i < 8; ++i)
    rig.receive(
        from, {.guid = guid(1), .type = wire::FrameType::pong, .ttl = 1}, Bytes{0x0A, 0x7F});
  CHECK(rig.counters.overlay.frames_malformed == 8);
  CHECK(rig.reason(from) == CloseReason::offence);
}

TEST_CASE("nothing is heard on a link that the node has closed") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  rig.link_to(2);
  for (std::uint8_t i = 1; i <= 8; ++i) rig.query(from, guid(i), 0);
  rig.clear();
  rig.query(from, guid(9), 5);
  CHECK(rig.sent.empty());
  CHECK(rig.lookups.empty());
}

}  // namespace
}  // namespace freshet::core::testing
