// Which way to a source is tried when: its addresses, a Push, a third.
#include <doctest/doctest.h>

#include "node/core/transfer/thirds.h"
#include "tests/unit/transfer/world.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

struct Pair {
  explicit Pair(std::uint64_t size = 4 * kMiB) : world(7), thing(Thing::make(size)) {
    source.give(thing);
  }
  void fetch() { world.fetch(fetcher, thing, {&source}); }
  [[nodiscard]] Duration took() const { return fetcher.done.at(thing.id).at - TimePoint{}; }

  World world;
  Thing thing;
  Peer& source = world.add();
  Peer& fetcher = world.add();
};

}  // namespace

TEST_CASE("a source behind a filter is asked to dial, and serves") {
  Pair pair;
  pair.world.has_pushes = true;
  pair.source.filtered = true;
  pair.fetch();
  REQUIRE(pair.world.run_until_done(pair.fetcher, pair.thing, 10s));
  CHECK(pair.took() < 2s);
  CHECK(pair.fetcher.counters.pushes == 1);
  CHECK(pair.source.counters.pushed_dials == 1);
  CHECK(pair.fetcher.counters.relay_dials == 0);
}

TEST_CASE("where neither can dial the other a third joins them") {
  Pair pair;
  pair.world.has_pushes = true;
  pair.world.has_thirds = true;
  pair.world.cut(pair.source, pair.fetcher);
  pair.fetch();
  REQUIRE(pair.world.run_until_done(pair.fetcher, pair.thing, 10s));
  CHECK(pair.took() < 3s);
  CHECK(pair.fetcher.counters.relay_dials == 1);
  CHECK(pair.fetcher.counters.links_relayed == 1);
}

TEST_CASE("a source that can be dialled is neither pushed nor reached through a third") {
  Pair pair;
  pair.world.has_pushes = true;
  pair.world.has_thirds = true;
  pair.fetch();
  REQUIRE(pair.world.run_until_done(pair.fetcher, pair.thing, 10s));
  CHECK(pair.fetcher.counters.pushes == 0);
  CHECK(pair.fetcher.counters.relay_dials == 0);
}

TEST_CASE("a path that breaks midway is left within four seconds, and no piece is fetched again") {
  Pair pair(64 * kMiB);
  pair.source.upload_rate = 8 * kMiB;
  pair.world.has_pushes = true;
  pair.world.has_thirds = true;
  pair.world.at(2s, [&] { pair.world.cut(pair.source, pair.fetcher); });
  pair.fetch();
  REQUIRE(pair.world.run_until_done(pair.fetcher, pair.thing, 60s));
  CHECK(pair.took() < 8s + 4s + 1s);
  CHECK(pair.fetcher.counters.detours >= 1);
  CHECK(pair.fetcher.counters.links_relayed == 1);
  CHECK(pair.fetcher.counters.pieces_verified == pair.thing.shape.piece_count);
}

TEST_CASE("a source that sends nothing for a while is not given up while no other way is there") {
  Pair pair(16 * kMiB);
  pair.source.upload_rate = 8 * kMiB;
  pair.source.faults.mute_blocks = true;
  pair.world.at(6s, [&] { pair.source.faults.mute_blocks = false; });
  pair.fetch();
  CHECK(pair.world.run_until_done(pair.fetcher, pair.thing, 60s));
}

TEST_CASE("a link through a third gives way to a direct one when the path heals") {
  Pair pair(512 * kMiB);
  pair.source.upload_rate = 8 * kMiB;
  pair.source.filtered = true;
  pair.world.has_thirds = true;
  pair.world.at(10s, [&] { pair.source.filtered = false; });
  pair.fetch();
  REQUIRE(pair.world.run_until_done(pair.fetcher, pair.thing, 120s));
  CHECK(pair.fetcher.counters.links_relayed == 1);
  CHECK(pair.fetcher.counters.links_out == 2);
  CHECK(pair.fetcher.counters.bytes_in < 520 * kMiB);
}

TEST_CASE("a push for what is not here ends at once, and pushes are dialled a few at a time") {
  World world(3);
  const Thing thing = Thing::make(kMiB);
  Peer& asked = world.add();
  Peer& origin = world.add();
  const Pushed pushed{
      .origin = origin.key, .endpoints = {Endpoint::v4({192, 0, 2, 1}, 7346)}, .content = thing.id};
  for (int i = 0; i < 20; ++i) world.tell(asked, pushed);
  CHECK(asked.counters.pushed_dials == asked.config.max_pushed_dials);
  CHECK(asked.counters.pushed_refused == 20 - asked.config.max_pushed_dials);
  world.run(30s);
  CHECK(asked.engine.link_count() == 0);
}

TEST_CASE("thirds are asked in the order of their round trips, and never the node itself") {
  const auto third = [](std::uint8_t number, std::uint32_t rtt_us) {
    Third made;
    made.rtt_us = rtt_us;
    made.key.bytes[0] = number;
    return made;
  };
  const std::vector<Third> all = {third(1, 0), third(2, 900), third(3, 100), third(4, 500)};
  const auto chosen = choose_thirds(all, third(3, 0).key, 2);
  REQUIRE(chosen.size() == 2);
  CHECK(chosen[0].key == third(4, 0).key);
  CHECK(chosen[1].key == third(2, 0).key);
}
