// Whom others may make this node dial, and how often.
#include "node/core/overlay/guard/target_limit.h"

#include <doctest/doctest.h>

namespace freshet::core::overlay {
namespace {

using namespace std::chrono_literals;  // NOLINT(google-build-using-namespace)

Endpoint stranger(std::uint8_t number, std::uint16_t port = kDefaultPort) {
  return Endpoint::v4({192, 0, 2, number}, port);
}
TimePoint at(Duration after) {
  return TimePoint(1h + after);
}
int allowed_of(TargetLimit& limit, const Endpoint& target, int attempts, TimePoint now) {
  int allowed = 0;
  for (int i = 0; i < attempts; ++i) allowed += limit.allows(target, now) ? 1 : 0;
  return allowed;
}

TEST_CASE("an address is dialled a few times, then once each interval") {
  TargetLimit limit;
  CHECK(allowed_of(limit, stranger(1), 100, at(0s)) == TargetLimit::kRate.burst);
  CHECK(allowed_of(limit, stranger(1), 100, at(TargetLimit::kRate.interval)) == 1);
  CHECK(limit.refused() == 200 - TargetLimit::kRate.burst - 1);
}

TEST_CASE("another port of the same address is the same target, but not on loopback") {
  TargetLimit limit;
  allowed_of(limit, stranger(1), 100, at(0s));
  CHECK(!limit.allows(stranger(1, 22), at(0s)));
  CHECK(limit.allows(stranger(2), at(0s)));
  allowed_of(limit, Endpoint::v4({127, 0, 0, 1}, 1000), 100, at(0s));
  CHECK(limit.allows(Endpoint::v4({127, 0, 0, 1}, 1001), at(0s)));
}

TEST_CASE("where the expected peer answered, dialling starts anew") {
  TargetLimit limit;
  allowed_of(limit, stranger(1), 100, at(0s));
  limit.proved(stranger(1));
  CHECK(limit.allows(stranger(1), at(0s)));
}

TEST_CASE("naming many targets neither grows the table nor clears one that was dialled often") {
  TargetLimit limit;
  allowed_of(limit, stranger(1), 100, at(0s));
  for (std::uint32_t i = 0; i < 4 * TargetLimit::kMaxTargets; ++i) {
    const auto third = static_cast<std::uint8_t>(i >> 8U);
    limit.allows(Endpoint::v4({198, 51, third, static_cast<std::uint8_t>(i)}, 7346), at(1s));
  }
  CHECK(limit.size() == TargetLimit::kMaxTargets);
  CHECK(!limit.allows(stranger(1), at(1s)));
}

}  // namespace
}  // namespace freshet::core::overlay
