// Slow neighbours: what waits, what is dropped, and in which order it goes out.
#include "node/core/overlay/outbox.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using overlay::Outbox;

wire::FrameHeader header_of(wire::FrameType type, std::uint8_t number) {
  return {.guid = guid(number), .type = type, .ttl = 3, .hops = 1, .body_bytes = 77};
}
constexpr std::size_t kEach = 100;  // bytes of a frame with a body of 77

struct Box {
  void add(wire::FrameType type, std::uint8_t number) {
    outbox.add(header_of(type, number), Bytes(77), 3 * kEach, counters);
  }
  std::optional<std::uint8_t> take(std::size_t room = 1000) {
    const auto frame = outbox.take(room);
    if (!frame) return std::nullopt;
    return frame->header.guid.bytes[0];
  }
  Outbox outbox;
  overlay::Counters counters;
};

TEST_CASE("what waits goes out by importance, and in order within a class") {
  Box box;
  box.add(wire::FrameType::query, 1);
  box.add(wire::FrameType::query_hit, 2);
  box.add(wire::FrameType::pong, 3);
  CHECK(box.take() == 3);
  CHECK(box.take() == 2);
  CHECK(box.take() == 1);
  CHECK_FALSE(box.take().has_value());
  CHECK(box.outbox.empty());
}

TEST_CASE("the oldest query goes first when there is too much") {
  Box box;
  for (std::uint8_t number = 1; number <= 4; ++number) box.add(wire::FrameType::query, number);
  CHECK(box.outbox.bytes() == 3 * kEach);
  CHECK(box.counters.drops_query == 1);
  CHECK(box.take() == 2);
}

TEST_CASE("hits stay while there are queries or control frames to drop") {
  Box box;
  box.add(wire::FrameType::query_hit, 1);
  box.add(wire::FrameType::pong, 2);
  box.add(wire::FrameType::query, 3);
  box.add(wire::FrameType::query_hit, 4);
  CHECK(box.counters.drops_query == 1);
  box.add(wire::FrameType::push, 5);
  CHECK(box.counters.drops_control == 1);
  CHECK(box.counters.drops_hit == 0);
  box.add(wire::FrameType::query_hit, 6);
  CHECK(box.counters.drops_hit == 1);
  CHECK(box.take() == 4);
  CHECK(box.take() == 5);
  CHECK(box.take() == 6);
}

TEST_CASE("a query that comes to a box full of hits is the one that is dropped") {
  Box box;
  for (std::uint8_t number = 1; number <= 3; ++number) box.add(wire::FrameType::query_hit, number);
  box.add(wire::FrameType::query, 4);
  CHECK(box.counters.drops_query == 1);
  CHECK(box.outbox.bytes() == 3 * kEach);
}

TEST_CASE("a frame that does not fit waits, and nothing overtakes it") {
  Box box;
  box.add(wire::FrameType::query_hit, 1);
  box.add(wire::FrameType::query, 2);
  CHECK_FALSE(box.take(kEach - 1).has_value());
  CHECK(box.take(kEach) == 1);
}

TEST_CASE("a link without room is sent nothing until the host says Writable") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId slow = rig.connect(2, overlay::Direction::in, std::nullopt, 0);
  rig.hello(slow);
  rig.clear();
  rig.query(from, guid(1), 5);
  rig.query(from, guid(2), 5);
  CHECK(rig.sent.empty());
  const auto frame =
      static_cast<std::uint32_t>(wire::kFrameHeaderBytes + wire::encode(words("boat")).size());
  const auto hello = static_cast<std::uint32_t>(256);
  rig.give_overlay(overlay::Writable{.link = slow, .room_bytes = hello + frame});
  REQUIRE(rig.sent.size() >= 2);
  CHECK(rig.sent[0].header.type == wire::FrameType::hello);
  rig.clear();
  rig.give_overlay(overlay::Writable{.link = slow, .room_bytes = Rig::kRoom});
  rig.query(from, guid(3), 5);
  REQUIRE(!rig.sent.empty());
  CHECK(rig.sent.back().header.guid == guid(3));
  CHECK(rig.node.overlay().links().find(slow)->extra == nullptr);
}

TEST_CASE("what would fit does not overtake what waits") {
  Rig rig;
  const LinkId asker = rig.link_to(1);
  const LinkId holder = rig.link_to(2);
  rig.query(asker, guid(1), 5);
  rig.clear();
  rig.give_overlay(overlay::Writable{.link = asker, .room_bytes = 50});
  rig.hit(holder, guid(1));  // longer than that
  rig.query(holder, guid(2), 5);
  CHECK(rig.sent_on(asker).empty());
  rig.give_overlay(overlay::Writable{.link = asker, .room_bytes = Rig::kRoom});
  REQUIRE(rig.sent_on(asker).size() == 2);
  CHECK(rig.sent_on(asker)[0].header.type == wire::FrameType::query_hit);
}

TEST_CASE("the node never sends more than a link's room, and takes it up as it sends") {
  Rig rig;
  const LinkId from = rig.link_to(1);
  const LinkId slow = rig.link_to(2, overlay::Direction::in);
  const std::size_t frame = wire::kFrameHeaderBytes + wire::encode(words("boat")).size();
  rig.give_overlay(
      overlay::Writable{.link = slow, .room_bytes = static_cast<std::uint32_t>(2 * frame + 5)});
  for (std::uint8_t number = 1; number <= 4; ++number) rig.query(from, guid(number), 5);
  CHECK(rig.sent_on(slow).size() == 2);
  CHECK(rig.node.overlay().links().find(slow)->room_bytes == 5);
}

TEST_CASE("what waits on a link is bounded, and drops are counted") {
  Config config = static_config();
  config.overlay.max_outbox_bytes = 1000;
  Rig rig(config);
  const LinkId from = rig.link_to(1);
  const LinkId slow = rig.link_to(2);
  rig.give_overlay(overlay::Writable{.link = slow, .room_bytes = 0});
  for (std::uint8_t number = 1; number <= 200; ++number) rig.query(from, guid(number), 5);
  const overlay::Link* link = rig.node.overlay().links().find(slow);
  REQUIRE(link->extra != nullptr);
  REQUIRE(link->extra->outbox != nullptr);
  CHECK(link->extra->outbox->bytes() <= 1000);
  CHECK(rig.counters.overlay.drops_query > 150);
}

}  // namespace
}  // namespace freshet::core::testing
