// How old a hit may be, among clocks that are wrong.
#include "node/core/search/freshness.h"

#include <chrono>

#include <doctest/doctest.h>

#include "node/base/bytes.h"

namespace freshet::core::search {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

constexpr std::uint64_t kToday = kPlausibleSeconds + 86400ULL * 365;
constexpr std::uint64_t kNever = 0;  ///< a clock that was never set

NodeKey node(std::uint8_t number) {
  NodeKey key;
  key.bytes[0] = number;
  return key;
}
TimePoint at(Duration after) {
  return TimePoint(after);
}

TEST_CASE("a record of a stranger is in time whatever its clock says, when one clock is not set") {
  Freshness freshness;
  CHECK(freshness.accept(node(1), kNever, kHitLifetimeSeconds, kToday, at(1s)));
  CHECK(freshness.accept(node(2), kToday, kHitLifetimeSeconds, kNever, at(1s)));
  CHECK(freshness.accept(node(3), kToday + 86400 * 900, kHitLifetimeSeconds, kToday, at(1s)));
}

TEST_CASE("a record of a stranger that is days old by two clocks that are set is expired") {
  Freshness freshness;
  const std::uint64_t old = kToday - kClockSkewSeconds - kHitLifetimeSeconds;
  CHECK(freshness.accept(node(1), old, kHitLifetimeSeconds, kToday, at(1s)));
  CHECK(!freshness.accept(node(2), old - 1, kHitLifetimeSeconds, kToday, at(1s)));
}

TEST_CASE("a record older than its lifetime is expired once its node was heard of") {
  Freshness freshness;
  CHECK(freshness.accept(node(1), 1000 + kHitLifetimeSeconds, kHitLifetimeSeconds, kToday, at(0s)));
  CHECK(freshness.accept(node(1), 1000, kHitLifetimeSeconds, kToday, at(0s)));
  CHECK(!freshness.accept(node(1), 999, kHitLifetimeSeconds, kToday, at(0s)));
  CHECK(freshness.accept(node(2), 999, kHitLifetimeSeconds, kToday, at(0s)));
}

TEST_CASE("what was heard grows older by this node's own clock") {
  Freshness freshness;
  CHECK(freshness.accept(node(1), 1000, kHitLifetimeSeconds, kToday, at(0s)));
  CHECK(freshness.accept(node(1), 1000, kHitLifetimeSeconds, kToday, at(3600s)));
  CHECK(!freshness.accept(node(1), 1000, kHitLifetimeSeconds, kToday, at(3601s)));
}

TEST_CASE("whoever was heard of longest ago is forgotten for a new one, and counted") {
  Freshness freshness;
  NodeKey key;
  for (std::size_t i = 0; i <= Freshness::kMaxNodes; ++i) {
    CHECK(freshness.forgotten() == 0);
    store_le(static_cast<std::uint64_t>(i), key.bytes.data());
    const TimePoint heard = at(std::chrono::seconds(i));
    CHECK(freshness.accept(key, 10'000, kHitLifetimeSeconds, kNever, heard));
  }
  CHECK(freshness.size() == Freshness::kMaxNodes);
  CHECK(freshness.forgotten() == 1);
}

TEST_CASE("a lifetime beyond the longest is cut to it") {
  Freshness freshness;
  CHECK(freshness.accept(node(1), 1000, UINT32_MAX, kToday, at(0s)));
  const TimePoint late = at(std::chrono::seconds(kLongestLifetimeSeconds + 1));
  CHECK(!freshness.accept(node(1), 1000, UINT32_MAX, kToday, late));
}

TEST_CASE("a date near the end of numbers is refused") {
  Freshness freshness;
  CHECK(!freshness.accept(node(1), UINT64_MAX, kHitLifetimeSeconds, kToday, at(0s)));
}

TEST_CASE("many nodes fill the table and no more") {
  Freshness freshness;
  for (std::uint32_t i = 0; i < Freshness::kMaxNodes + 100; ++i) {
    NodeKey key;
    store_le(i, key.bytes.data());
    CHECK(freshness.accept(key, 1000, kHitLifetimeSeconds, kToday, at(std::chrono::seconds(i))));
  }
  CHECK(freshness.size() == Freshness::kMaxNodes);
}

}  // namespace
}  // namespace freshet::core::search
