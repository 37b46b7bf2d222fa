// A moderator's list on its way from link to link.
#include "node/core/overlay/block_lists.h"

#include <doctest/doctest.h>

#include "node/wire/overlay/block_list.h"
#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using wire::FrameType;

Bytes list_of(std::uint8_t moderator, std::uint64_t version) {
  const wire::BlockList list{
      .moderator = key(moderator), .version = version, .nodes = {key(66)}, .contents = {}};
  return wire::encode_signed_list(wire::encode_list(list), Bytes(64));
}

void hear(Rig& rig, LinkId link, std::uint8_t moderator, std::uint64_t version) {
  rig.receive(link,
              {.guid = guid(1), .type = FrameType::block_list, .ttl = 1},
              list_of(moderator, version));
}
void hear_version(Rig& rig, LinkId link, std::uint8_t moderator, std::uint64_t version) {
  rig.receive(
      link,
      {.guid = guid(2), .type = FrameType::block_list_version, .ttl = 1},
      wire::encode(wire::BlockListVersion{.moderator = key(moderator), .version = version}));
}
void obey(Rig& rig, std::uint8_t moderator) {
  rig.give_overlay(overlay::ObeyModerator{.moderator = key(moderator)});
}
void set(Rig& rig, std::uint64_t version, std::optional<LinkId> from = std::nullopt) {
  rig.give_overlay(
      overlay::SetBlockList{.version = version, .body = list_of(7, version), .from = from});
}

}  // namespace

TEST_CASE("a node that obeys nobody says nothing of lists and takes none") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  hear(rig, link, 7, 1);
  CHECK(rig.sent.empty());
  CHECK(rig.counters.overlay.block_lists_ignored == 1);
  CHECK(rig.counters.overlay.block_lists_in == 0);
}

TEST_CASE("when a link comes up both say which list they have, and the newer one is sent") {
  Rig rig;
  obey(rig, 7);
  set(rig, 5);
  const LinkId link = rig.connect(1);
  rig.hello(link);
  CHECK(rig.count(FrameType::block_list_version) == 1);
  rig.clear();
  hear_version(rig, link, 7, 5);
  hear_version(rig, link, 8, 0);
  CHECK(rig.count(FrameType::block_list) == 0);
  hear_version(rig, link, 7, 4);
  CHECK(rig.count(FrameType::block_list) == 1);
}

TEST_CASE(
    "a newer list goes to every link but the one that it came from, once its signature held") {
  Rig rig;
  obey(rig, 7);
  const LinkId from = rig.link_to(1);
  const LinkId other = rig.link_to(2);
  hear(rig, from, 7, 1);
  CHECK(rig.count(FrameType::block_list) == 0);
  set(rig, 1, from);
  CHECK(rig.sent_on(other).size() == 1);
  CHECK(rig.sent_on(from).empty());
  hear(rig, other, 7, 1);
  set(rig, 1, other);
  CHECK(rig.count(FrameType::block_list) == 1);
}

TEST_CASE("lists of another moderator, and old ones, are counted and go no further") {
  Rig rig;
  obey(rig, 7);
  set(rig, 3);
  const LinkId link = rig.link_to(1);
  hear(rig, link, 8, 9);
  hear(rig, link, 7, 3);
  CHECK(rig.counters.overlay.block_lists_ignored == 2);
}

TEST_CASE("who keeps sending lists that are forged is banned") {
  Rig rig;
  obey(rig, 7);
  const LinkId link = rig.link_to(1);
  for (int i = 0; i < 8; ++i) rig.give_overlay(overlay::BlockListForged{.link = link});
  CHECK(rig.counters.overlay.block_lists_forged == 8);
  CHECK(rig.reason(link) == overlay::CloseReason::offence);
}

}  // namespace freshet::core::testing
