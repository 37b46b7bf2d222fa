// What a node does about neighbours that break the rules: bans, rates, and shares in a rush.
#include "node/core/overlay/guard/guard.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

void offend(Rig& rig, LinkId link, int times) {
  for (int i = 0; i < times; ++i) rig.query(link, guid(static_cast<std::uint8_t>(i)), 200);
}

bool is_up(const Rig& rig, LinkId id) {
  const overlay::Link* link = rig.node.overlay().links().find(id);
  return link != nullptr && link->state == overlay::LinkState::up;
}

TEST_CASE("a key with too many offences is banned, and comes back after a minute") {
  Rig rig;
  offend(rig, rig.link_to(1), 8);
  CHECK(rig.counters.overlay.bans == 1);
  const LinkId again = rig.connect(1);
  rig.hello(again);
  CHECK_FALSE(is_up(rig, again));
  CHECK(rig.counters.overlay.links_banned == 1);
  rig.advance(61s);
  const LinkId later = rig.connect(1);
  rig.hello(later);
  CHECK(is_up(rig, later));
}

TEST_CASE("offences are forgiven with time") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  for (int i = 0; i < 12; ++i) {
    offend(rig, link, 1);
    rig.now += 10s;
  }
  CHECK(rig.counters.overlay.bans == 0);
}

TEST_CASE("offences count over links: a new link is no new start") {
  Rig rig;
  const LinkId first = rig.link_to(1);
  offend(rig, first, 7);
  rig.drop(first);
  offend(rig, rig.link_to(1), 1);
  CHECK(rig.counters.overlay.bans == 1);
}

TEST_CASE("a blocked key's link is closed and none is taken until it is unblocked") {
  Rig rig;
  const LinkId link = rig.link_to(1);
  rig.give_overlay(overlay::Block{.key = key(1), .length = std::nullopt});
  CHECK_FALSE(is_up(rig, link));
  rig.drop(link);
  const LinkId refused = rig.connect(1);
  CHECK(rig.node.overlay().links().find(refused)->state == overlay::LinkState::closing);
  rig.drop(refused);
  rig.give_overlay(overlay::Unblock{.key = key(1)});
  CHECK(is_up(rig, rig.link_to(1)));
}

TEST_CASE("the end of a block leaves a ban that the key earned itself") {
  const overlay::Config config;
  overlay::Bans bans;
  const TimePoint now{};
  bans.punish(config, key(1), now);
  CHECK(bans.add(config, key(1), std::nullopt, now));
  CHECK(bans.has(key(1), now + 2min));
  CHECK(bans.unblock(key(1)));
  CHECK(bans.has(key(1), now + 59s));
  CHECK_FALSE(bans.has(key(1), now + 61s));
  CHECK(bans.punish(config, key(1), now + 2min) - now == 4min);  // and is remembered
  CHECK_FALSE(bans.unblock(key(1)));
  CHECK(bans.add(config, key(2), std::nullopt, now));
  CHECK(bans.unblock(key(2)));
  CHECK(bans.all().size() == 1);
}

TEST_CASE("each ban is twice as long as the one before, up to the longest") {
  overlay::Config config;
  overlay::Bans bans;
  TimePoint now{};
  CHECK(bans.punish(config, key(1), now) - now == 1min);
  now += 2min;
  CHECK(bans.punish(config, key(1), now) - now == 2min);
  for (int i = 0; i < 20; ++i) bans.punish(config, key(1), now);
  CHECK(bans.punish(config, key(1), now) - now == config.longest_ban);
}

TEST_CASE("the list of bans is bounded, and a block never gives way") {
  overlay::Config config;
  config.max_bans = 2;
  overlay::Bans bans;
  CHECK(bans.add(config, key(1), std::nullopt, TimePoint{}));
  bans.punish(config, key(2), TimePoint{});
  bans.punish(config, key(3), TimePoint{});
  CHECK(bans.all().size() == 2);
  CHECK(bans.has(key(1), TimePoint{}));
  CHECK(bans.add(config, key(4), std::nullopt, TimePoint{}));
  CHECK_FALSE(bans.add(config, key(5), std::nullopt, TimePoint{}));
}

TEST_CASE("a bucket gives its burst, then one token an interval") {
  overlay::TokenBucket bucket;
  const overlay::Rate rate{.interval = 10ms, .burst = 3};
  const TimePoint now = TimePoint{} + 1h;
  for (int i = 0; i < 3; ++i) CHECK(bucket.take(rate, now));
  CHECK_FALSE(bucket.take(rate, now));
  CHECK(bucket.take(rate, now + 10ms));
  CHECK_FALSE(bucket.take(rate, now + 10ms));
}

TEST_CASE("one source alone is never held back, however fast it asks") {
  Config config = static_config();
  config.overlay.guids_per_generation = 16;
  Rig rig(config);
  const LinkId source = rig.link_to(1);
  rig.link_to(2);
  Rng rng = Rng::from_seed(4);
  for (int i = 0; i < 5000; ++i) {
    rig.query(source, rng.guid(), 7);
    rig.now += 1ms;
  }
  CHECK(rig.counters.overlay.query_first == 5000);
  CHECK(rig.counters.overlay.query_over_share == 0);
}

TEST_CASE("in a rush a quiet neighbour's queries pass while a flooder is held to its share") {
  Config config = static_config();
  config.overlay.guids_per_generation = 1024;
  Rig rig(config);
  const LinkId flooder = rig.link_to(1);
  const LinkId quiet = rig.link_to(2);
  Rng rng = Rng::from_seed(4);
  for (int i = 0; i < 10000; ++i) {
    rig.query(flooder, rng.guid(), 4, 3);
    if (i % 500 == 0) rig.query(quiet, rng.guid(), 4, 3);
    rig.now += 1ms;
  }
  CHECK(rig.counters.overlay.query_over_share > 2000);
  const std::uint64_t before = rig.counters.overlay.query_first;
  rig.query(quiet, rng.guid(), 4, 3);
  CHECK(rig.counters.overlay.query_first == before + 1);
}

// A rush on one link, whose peer then asks something itself.
struct Rush {
  Rush() : Rush(1024) {}
  explicit Rush(std::size_t guids) : rig(with(guids)) {
    for (int i = 0; i < 6000; ++i) flood();
  }
  static Config with(std::size_t guids) {
    Config config = static_config();
    config.overlay.guids_per_generation = guids;
    return config;
  }
  void flood() {
    rig.query(neighbour, rng.guid(), 4, 3);
    if (++said % 500 == 0) rig.query(quiet, rng.guid(), 4, 3);
    rig.now += 1ms;
  }

  Rig rig;
  LinkId neighbour = rig.link_to(1);
  LinkId quiet = rig.link_to(2);
  Rng rng = Rng::from_seed(4);
  int said = 0;
};

TEST_CASE("in a rush a neighbour's own query passes where its share is used up") {
  Rush rush;
  const auto& counters = rush.rig.counters.overlay;
  for (std::uint64_t over = counters.query_over_share; counters.query_over_share == over;)
    rush.flood();
  const std::uint64_t before = counters.query_first;
  rush.rig.query(rush.neighbour, rush.rng.guid(), 4, 3);
  CHECK(counters.query_first == before);
  rush.rig.query(rush.neighbour, rush.rng.guid(), 7, 0);
  CHECK(counters.query_first == before + 1);
}

TEST_CASE("a rush does not push out the ways of a neighbour's own queries, for ten seconds") {
  Rush rush;
  rush.rig.query(rush.neighbour, guid(0x77), 7, 0);
  rush.rig.query(rush.neighbour, guid(0x78), 4, 3);
  for (int i = 0; i < 8000; ++i) rush.flood();
  rush.rig.hit(rush.quiet, guid(0x77));
  CHECK(rush.rig.counters.overlay.hits_forwarded == 1);
  rush.rig.hit(rush.quiet, guid(0x78));
  CHECK(rush.rig.counters.overlay.hits_unknown_guid == 1);
  for (int i = 0; i < 8000; ++i) rush.flood();
  rush.rig.hit(rush.quiet, guid(0x77));
  CHECK(rush.rig.counters.overlay.hits_unknown_guid == 2);
}

TEST_CASE("queries that are to outlast a rush take one place in sixteen, the oldest leave first") {
  overlay::LastingGuids lasting;
  const Config config = Rush::with(64);
  for (std::uint8_t i = 0; i < 10; ++i) lasting.add(config.overlay, guid(i), TimePoint{} + i * 1s);
  CHECK(lasting.size() == 4);
  std::size_t last = 0;
  lasting.each(TimePoint{} + 17s, [&](const Guid& each) {
    CHECK((each == guid(8) || each == guid(9)));
    ++last;
  });
  CHECK(last == 2);
}

}  // namespace
}  // namespace freshet::core::testing
