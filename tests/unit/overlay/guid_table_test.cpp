// GUIDs remembered: found again, bounded, aged.
#include "node/core/overlay/guid_table.h"

#include <doctest/doctest.h>

#include "node/base/rng.h"

namespace freshet::core::overlay {
namespace {

constexpr Duration kMinute = std::chrono::minutes(1);

TEST_CASE("a GUID is new once, and found with what it came with") {
  GuidTable table(1);
  Rng rng = Rng::from_seed(1);
  const Guid guid = rng.guid();
  CHECK(table.find(guid) == nullptr);
  CHECK(table.see(guid, {.from = LinkId{3}, .ttl = 5}).inserted);
  const auto again = table.see(guid, {.from = LinkId{4}, .ttl = 6});
  CHECK_FALSE(again.inserted);
  CHECK(again.seen->from == LinkId{3});
  CHECK(again.seen->ttl == 5);
  REQUIRE(table.find(guid) != nullptr);
  CHECK(table.find(guid)->from == LinkId{3});
  CHECK(table.size() == 1);
}

TEST_CASE("thousands of GUIDs are all found again") {
  GuidTable table(7);
  Rng rng = Rng::from_seed(2);
  std::vector<Guid> guids;
  for (std::uint32_t i = 0; i < 5000; ++i) {
    guids.push_back(rng.guid());
    CHECK(table.see(guids.back(), {.from = LinkId{i}}).inserted);
  }
  for (std::uint32_t i = 0; i < guids.size(); ++i) {
    const Seen* seen = table.find(guids[i]);
    REQUIRE(seen != nullptr);
    CHECK(seen->from == LinkId{i});
  }
  CHECK(table.size() == 5000);
}

TEST_CASE("a full generation becomes the old one, and the one before it is let go") {
  GuidTable table(1);
  Rng rng = Rng::from_seed(3);
  const TimePoint now{};
  std::vector<Guid> guids;
  for (std::size_t i = 0; i < 25; ++i) {
    table.rotate(10, kMinute, now);
    guids.push_back(rng.guid());
    table.see(guids.back(), {.from = LinkId{1}});
    CHECK(table.size() <= 20);
  }
  CHECK(table.find(guids[0]) == nullptr);  // the first ten are gone
  CHECK(table.find(guids[9]) == nullptr);
  CHECK(table.find(guids[10]) != nullptr);  // the second ten are old
  CHECK(table.find(guids[24]) != nullptr);
}

TEST_CASE("a GUID in the old generation is still a duplicate") {
  GuidTable table(1);
  Rng rng = Rng::from_seed(4);
  const Guid guid = rng.guid();
  table.rotate(10, kMinute, TimePoint{});
  table.see(guid, {.from = LinkId{1}, .ttl = 2});
  CHECK(table.rotate(10, kMinute, TimePoint{} + kMinute).has_value());
  const auto again = table.see(guid, {.from = LinkId{2}});
  CHECK_FALSE(again.inserted);
  again.seen->ttl = 9;
  CHECK(table.find(guid)->ttl == 9);
  CHECK(table.size() == 1);
}

TEST_CASE("a renewed GUID outlasts its generation, as it is") {
  GuidTable table(1);
  Rng rng = Rng::from_seed(5);
  const Guid guid = rng.guid();
  const Guid other = rng.guid();
  table.see(guid, {.from = LinkId{1}, .ttl = 2, .second = 7});
  table.see(other, {.from = LinkId{1}});
  TimePoint now{};
  for (int generation = 0; generation < 5; ++generation) {
    table.see(rng.guid(), {.from = LinkId{2}});
    CHECK(table.rotate(10, kMinute, now += kMinute).has_value());
    table.renew(guid);
    table.renew(guid);  // young already
    table.renew(rng.guid());
    CHECK(table.size() <= 4);
  }
  CHECK(table.find(other) == nullptr);
  REQUIRE(table.find(guid) != nullptr);
  CHECK(table.find(guid)->from == LinkId{1});
  CHECK(table.find(guid)->second == 7);
}

TEST_CASE("a GUID is forgotten after two ages at the latest, and not before one") {
  GuidTable table(1);
  Rng rng = Rng::from_seed(5);
  const Guid guid = rng.guid();
  TimePoint now{};
  table.rotate(10, kMinute, now);
  table.see(guid, {.from = LinkId{1}});
  for (int half = 0; half < 2; ++half) {
    CHECK(table.find(guid) != nullptr);
    now += kMinute / 2;
    table.rotate(10, kMinute, now);
    table.see(rng.guid(), {.from = LinkId{1}});
  }
  now += kMinute;
  table.rotate(10, kMinute, now);
  CHECK(table.find(guid) == nullptr);
}

TEST_CASE("an empty generation does not age") {
  GuidTable table(1);
  CHECK_FALSE(table.rotate(10, kMinute, TimePoint{} + 10 * kMinute).has_value());
}

TEST_CASE("the digest tells contents apart and does not depend on their order") {
  Rng rng = Rng::from_seed(6);
  const Guid a = rng.guid();
  const Guid b = rng.guid();
  GuidTable one(1);
  one.see(a, {.from = LinkId{1}});
  one.see(b, {.from = LinkId{2}});
  GuidTable two(1);
  two.see(b, {.from = LinkId{2}});
  two.see(a, {.from = LinkId{1}});
  CHECK(one.digest() == two.digest());
  two.see(rng.guid(), {.from = LinkId{3}});
  CHECK(one.digest() != two.digest());
}

}  // namespace
}  // namespace freshet::core::overlay
