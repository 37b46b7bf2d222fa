// Limits that the user sets: the bucket alone, and whole transfers in virtual time.
#include <doctest/doctest.h>

#include "node/core/transfer/token_bucket.h"
#include "tests/unit/transfer/world.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kRateKiB = 1 << 10;
constexpr std::uint64_t kRateBlock = 16 * kRateKiB;

// What a bucket lets through in that time when everything is taken at once, asked every `step`.
std::uint64_t flow(std::uint64_t rate, Duration time, Duration step) {
  TokenBucket bucket;
  TimePoint now{5s};
  bucket.set_rate(rate, now);
  std::uint64_t sum = 0;
  for (const TimePoint end = now + time; now < end; now += step) {
    const std::uint64_t some = bucket.available(now);
    bucket.take(some, now);
    sum += some;
  }
  return sum;
}

bool is_about(double value, double wanted, double share) {
  return value >= wanted * (1 - share) && value <= wanted * (1 + share);
}

// Bytes a second from when the first piece was there.
double rate_of(const Peer& fetcher, const Thing& thing, TimePoint begun) {
  const Duration took = fetcher.done.at(thing.id).at - begun;
  return static_cast<double>(thing.shape.size) / std::chrono::duration<double>(took).count();
}

}  // namespace

TEST_CASE("a bucket lets its rate through, however often it is asked") {
  for (const std::uint64_t rate :
       {kRateBlock, 100 * kRateKiB, 3 * kMiB + 7, 900 * kMiB, TokenBucket::kMaxRate}) {
    for (const Duration step : {Duration(1700ns), Duration(1ms), Duration(33ms), Duration(99ms)}) {
      // Where the bucket holds two blocks, more than a tenth of a second's worth, none is lost.
      const Duration time = step < 1ms ? 1s : 10s;
      const double seconds = std::chrono::duration<double>(time).count();
      CAPTURE(rate);
      CAPTURE(step.count());
      CHECK(is_about(static_cast<double>(flow(rate, time, step)),
                     static_cast<double>(rate) * seconds,
                     0.105 / seconds + 0.002));
    }
  }
}

TEST_CASE("a pause is not made up for by more than a tenth of a second's worth") {
  TokenBucket bucket;
  bucket.set_rate(10 * kMiB, TimePoint(1s));
  CHECK(bucket.available(TimePoint(1s)) == 0);
  CHECK(bucket.available(TimePoint(500s)) == kMiB);
  bucket.take(kMiB, TimePoint(500s));
  CHECK(bucket.available(TimePoint(500s)) == 0);
  bucket.give_back(20 * kMiB);
  CHECK(bucket.available(TimePoint(500s)) == kMiB);
}

TEST_CASE("a bucket says when asking again is worth it") {
  TokenBucket bucket;
  CHECK(bucket.available({}) == TokenBucket::kUnlimited);
  for (const std::uint64_t rate : {kRateBlock, 20 * kMiB, TokenBucket::kMaxRate}) {
    bucket.set_rate(rate, TimePoint(1s));
    bucket.take(bucket.available(TimePoint(1s)), TimePoint(1s));
    const TimePoint at = bucket.worthwhile_at();
    CHECK(at > TimePoint(1s));
    CHECK(bucket.available(at) >= std::max(kRateBlock, rate / 50));
    bucket.set_rate(0, at);
  }
}

TEST_CASE("a fetch keeps its node's limit, with one source and with three") {
  for (const std::size_t sources : {1, 3}) {
    World world(4);
    const Thing thing = Thing::make(20 * kMiB);
    std::vector<Peer*> seeds;
    for (std::size_t i = 0; i < sources; ++i) {
      seeds.push_back(&world.add());
      seeds.back()->give(thing);
    }
    Peer& fetcher = world.add();
    world.tell(fetcher, SetRates{.up = 0, .down = 2 * kMiB});
    world.fetch(fetcher, thing, seeds);
    REQUIRE(world.run_until_done(fetcher, thing, 60s));
    CHECK(is_about(rate_of(fetcher, thing, {}), 2 * kMiB, 0.05));
    CHECK(fetcher.counters.stalls == 0);
  }
}

TEST_CASE("a fetch keeps a limit of its own beside its node's, and goes on faster without it") {
  World world(5);
  const Thing slow = Thing::make(4 * kMiB, 1);
  const Thing quick = Thing::make(12 * kMiB, 2);
  Peer& seed = world.add();
  seed.give(slow);
  seed.give(quick);
  Peer& fetcher = world.add();
  world.tell(fetcher, SetRates{.up = 0, .down = 4 * kMiB});
  world.fetch(fetcher, slow, {&seed});
  world.tell(fetcher, SetFetchRate{.content = slow.id, .down = kMiB});
  world.fetch(fetcher, quick, {&seed});
  REQUIRE(world.run_until_done(fetcher, slow, 60s));
  CHECK(is_about(rate_of(fetcher, slow, {}), kMiB, 0.05));
  CHECK(is_about(rate_of(fetcher, quick, {}), 3 * kMiB, 0.1));

  const Thing third = Thing::make(8 * kMiB, 3);
  seed.give(third);
  world.tell(fetcher, SetRates{});
  const TimePoint begun = world.now();
  world.fetch(fetcher, third, {&seed});
  REQUIRE(world.run_until_done(fetcher, third, 80s));
  CHECK(rate_of(fetcher, third, begun) > 20.0 * kMiB);
}

TEST_CASE("a source keeps its limit and serves those who wait in turns") {
  World world(6);
  const Thing one = Thing::make(8 * kMiB, 1);
  const Thing two = Thing::make(8 * kMiB, 2);
  Peer& seed = world.add();
  seed.give(one);
  seed.give(two);
  world.tell(seed, SetRates{.up = 2 * kMiB, .down = 0});
  Peer& a = world.add();
  Peer& b = world.add();
  world.fetch(a, one, {&seed});
  world.fetch(b, two, {&seed});
  REQUIRE(world.run_until_done(a, one, 60s));
  REQUIRE(world.run_until_done(b, two, 60s));
  const double seconds = std::chrono::duration<double>(
                             std::max(a.done.at(one.id).at, b.done.at(two.id).at) - TimePoint{})
                             .count();
  CHECK(is_about(16.0 * kMiB / seconds, 2.0 * kMiB, 0.05));
  CHECK(is_about(rate_of(a, one, {}), rate_of(b, two, {}), 0.1));
}

TEST_CASE("a limit that is lifted lets what waits go at once") {
  World world(7);
  const Thing thing = Thing::make(8 * kMiB);
  Peer& seed = world.add();
  seed.give(thing);
  world.tell(seed, SetRates{.up = 64 * kRateKiB, .down = 0});
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&seed});
  world.at(2s, [&] { world.tell(seed, SetRates{}); });
  REQUIRE(world.run_until_done(fetcher, thing, 4s));
}
