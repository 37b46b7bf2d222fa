#include <algorithm>

#include <doctest/doctest.h>

#include "tests/unit/transfer/world.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

constexpr std::uint64_t kSlow = 10 * kMiB;  // bytes a second

}  // namespace

TEST_CASE("a content of one block arrives in one round trip after the link is up") {
  World world(1);
  const Thing thing = Thing::make(5000);
  Peer& source = world.add();
  Peer& fetcher = world.add();
  source.give(thing);
  world.fetch(fetcher, thing, {&source});
  REQUIRE(world.run_until_done(fetcher, thing, 10s));
  // Four one-way times to connect, two for the block, and local work.
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 6 * world.latency + 1ms);
  CHECK(fetcher.done.at(thing.id).sources == 1);
  CHECK(fetcher.counters.blocks_in == 1);
}

TEST_CASE("a content of 1 MiB arrives in one round trip after the link is up") {
  World world(1);
  const Thing thing = Thing::make(kMiB);
  Peer& source = world.add();
  Peer& fetcher = world.add();
  source.give(thing);
  world.fetch(fetcher, thing, {&source});
  REQUIRE(world.run_until_done(fetcher, thing, 10s));
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 6 * world.latency + 1ms);
  CHECK(fetcher.counters.blocks_in == 64);
  CHECK(fetcher.counters.blocks_duplicate == 0);
}

TEST_CASE("contents of many sizes arrive whole") {
  for (const std::uint64_t size : {std::uint64_t{1},
                                   std::uint64_t{16384},
                                   std::uint64_t{16385},
                                   std::uint64_t{32768},
                                   std::uint64_t{49153},
                                   9 * kMiB + 7,
                                   64 * kMiB,
                                   64 * kMiB + 1,
                                   200 * kMiB + 12345}) {
    INFO("size ", size);
    World world(2);
    const Thing thing = Thing::make(size);
    Peer& source = world.add();
    Peer& fetcher = world.add();
    source.give(thing);
    world.fetch(fetcher, thing, {&source});
    CHECK(world.run_until_done(fetcher, thing, 60s));
    CHECK(fetcher.counters.blocks_in == thing.shape.block_count);
    CHECK(fetcher.counters.bytes_in == size);
  }
}

TEST_CASE("an empty content is made without any source") {
  World world(1);
  const Thing thing = Thing::make(0);
  Peer& fetcher = world.add();
  fetcher.files[thing.id] = {.thing = &thing, .have = PieceSet(0)};
  world.tell(fetcher,
             StartFetch{.content = thing.id, .size_claim = {}, .sources = {}, .resumed_size = {}});
  CHECK(world.run_until_done(fetcher, thing, 10s));
}

TEST_CASE("three sources share the work") {
  World world(3);
  const Thing thing = Thing::make(64 * kMiB);
  std::vector<Peer*> sources;
  for (int i = 0; i < 3; ++i) {
    sources.push_back(&world.add());
    sources.back()->give(thing);
    sources.back()->upload_rate = kSlow;
  }
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, sources);
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 2500ms);  // 2.13 s at 30 MiB/s
  CHECK(fetcher.done.at(thing.id).sources == 3);
  for (const Peer* source : sources) CHECK(source->counters.bytes_out > 18 * kMiB);
  CHECK(fetcher.counters.bytes_in < 65 * kMiB);
}

TEST_CASE("a source that dies midway is replaced by the others") {
  World world(4);
  const Thing thing = Thing::make(32 * kMiB);
  std::vector<Peer*> sources;
  for (int i = 0; i < 3; ++i) {
    sources.push_back(&world.add());
    sources.back()->give(thing);
    sources.back()->upload_rate = kSlow;
  }
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, sources);
  world.at(500ms, [&] { world.kill(*sources[1], 10ms); });
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 2200ms);
  CHECK(fetcher.counters.pieces_verified == thing.shape.piece_count);
}

TEST_CASE("what a stalled source owes is asked of others within two seconds") {
  World world(5);
  const Thing thing = Thing::make(8 * kMiB);
  Peer& good = world.add();
  Peer& mute = world.add();
  good.give(thing);
  mute.give(thing);
  mute.faults.mute_blocks = true;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&good, &mute});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 2s);
  CHECK(fetcher.done.at(thing.id).sources == 1);
}

TEST_CASE("a source that freezes midway is worked around") {
  World world(6);
  const Thing thing = Thing::make(40 * kMiB);
  Peer& good = world.add();
  Peer& freezes = world.add();
  for (Peer* peer : {&good, &freezes}) {
    peer->give(thing);
    peer->upload_rate = kSlow;
  }
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&good, &freezes});
  world.at(800ms, [&] { freezes.faults.mute_blocks = true; });
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.counters.stalls == 1);
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 4s);
}

TEST_CASE("a corrupting source never gets a piece in, is dropped and banned") {
  World world(7);
  const Thing thing = Thing::make(100 * kMiB);
  Peer& good = world.add();
  Peer& liar = world.add();
  good.give(thing);
  liar.give(thing);
  liar.faults.corrupts = true;
  good.upload_rate = liar.upload_rate = kSlow;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&good, &liar});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.counters.sources_banned == 1);
  CHECK(fetcher.done.at(thing.id).sources == 1);
  CHECK(fetcher.counters.pieces_verified == thing.shape.piece_count);
  CHECK(liar.engine.link_count() == 0);
}

TEST_CASE("a lone corrupting source makes the fetch fail as a matter of verification") {
  World world(8);
  const Thing thing = Thing::make(3 * kMiB);
  Peer& liar = world.add();
  liar.give(thing);
  liar.faults.corrupts = true;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&liar});
  world.run(60s);
  CHECK(fetcher.failed.at(thing.id) == ErrorCode::verification);
  CHECK(fetcher.counters.pieces_verified == 0);
  CHECK(fetcher.prepared.empty());
  CHECK(fetcher.released.contains(thing.id));
}

TEST_CASE("a source that sends bad hashes is dropped and the others serve") {
  World world(9);
  const Thing thing = Thing::make(20 * kMiB);
  Peer& good = world.add();
  Peer& liar = world.add();
  good.give(thing);
  liar.give(thing);
  liar.faults.bad_hashes = true;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&liar, &good});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.counters.hashes_bad >= 1);
  CHECK(fetcher.counters.sources_banned == 1);
}

TEST_CASE("a resumed fetch asks only for the pieces that are missing") {
  World world(10);
  const Thing thing = Thing::make(30 * kMiB);
  Peer& source = world.add();
  source.give(thing);
  Peer& fetcher = world.add();
  PieceSet have(thing.shape.piece_count);
  for (std::uint32_t i = 0; i < have.size(); i += 3) have.add(i);
  const std::uint32_t missing = have.size() - have.count();
  fetcher.give(thing, have);
  world.fetch(fetcher, thing, {&source});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.kept.size() == missing);
  CHECK(fetcher.verify_calls == missing);
  CHECK(source.counters.blocks_out == missing);
  REQUIRE_FALSE(fetcher.progress.empty());
  CHECK(fetcher.progress.front().verified_bytes == std::uint64_t{have.count()} * 16384);
}

TEST_CASE("a fetch that is stopped and started again goes on where it was") {
  World world(11);
  const Thing thing = Thing::make(20 * kMiB);
  Peer& source = world.add();
  source.give(thing);
  source.upload_rate = kSlow;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&source});
  world.run(1s);
  world.tell(fetcher, StopFetch{thing.id});
  world.run(1500ms);
  CHECK(fetcher.released.contains(thing.id));
  CHECK(fetcher.engine.link_count() == 0);
  CHECK(source.engine.link_count() == 0);
  const auto verified = fetcher.files.at(thing.id).have.count();
  CHECK(verified > 100);
  const auto calls = fetcher.verify_calls;
  world.fetch(fetcher, thing, {&source});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.verify_calls - calls == thing.shape.piece_count - verified);
}

TEST_CASE("a wrong size claim is refused before storage is prepared, and the true one is found") {
  const Thing thing = Thing::make(5 * kMiB + 100);
  for (const std::uint64_t claim : {std::uint64_t{64},
                                    std::uint64_t{16384},
                                    5 * kMiB,
                                    5 * kMiB + 99,
                                    5 * kMiB + 101,
                                    6 * kMiB,
                                    5000 * kMiB,
                                    ~std::uint64_t{0}}) {
    INFO("claim ", claim);
    World world(12);
    Peer& source = world.add();
    source.give(thing);
    Peer& fetcher = world.add();
    fetcher.files[thing.id] = {.thing = &thing, .have = PieceSet(thing.shape.piece_count)};
    Source claimed = world.source_of(source, thing);
    claimed.size_claim = claim;
    world.tell(
        fetcher,
        StartFetch{
            .content = thing.id, .size_claim = {}, .sources = {claimed}, .resumed_size = {}});
    world.run_until_done(fetcher, thing, 30s);
    // World's perform() fails the test when storage is prepared for any other size.
    CHECK((fetcher.done.contains(thing.id) || fetcher.failed.contains(thing.id)));
  }
}

TEST_CASE(
    "a source that lies about the size all the way is banned, another's true claim is taken up") {
  World world(13);
  const Thing thing = Thing::make(5 * kMiB);
  Peer& good = world.add();
  Peer& liar = world.add();
  good.give(thing);
  liar.give(thing);
  liar.faults.lies_size = 4 * kMiB;
  liar.faults.bad_hashes = true;
  Peer& fetcher = world.add();
  fetcher.files[thing.id] = {.thing = &thing, .have = PieceSet(thing.shape.piece_count)};
  Source lie = world.source_of(liar, thing);
  lie.size_claim = 4 * kMiB;
  world.tell(fetcher,
             StartFetch{.content = thing.id,
                        .size_claim = {},
                        .sources = {lie, world.source_of(good, thing)},
                        .resumed_size = {}});
  CHECK(world.run_until_done(fetcher, thing, 30s));
}

TEST_CASE("a content whose size nobody claimed is fetched by what the source says itself") {
  World world(14);
  const Thing thing = Thing::make(2 * kMiB);
  Peer& source = world.add();
  source.give(thing);
  Peer& fetcher = world.add();
  fetcher.files[thing.id] = {.thing = &thing, .have = PieceSet(thing.shape.piece_count)};
  Source unclaimed = world.source_of(source, thing);
  unclaimed.size_claim.reset();
  world.tell(
      fetcher,
      StartFetch{
          .content = thing.id, .size_claim = {}, .sources = {unclaimed}, .resumed_size = {}});
  CHECK(world.run_until_done(fetcher, thing, 30s));
}

TEST_CASE("at the end a slow source's blocks are asked of a fast one, and cancelled") {
  World world(15);
  const Thing thing = Thing::make(4 * kMiB);
  Peer& fast = world.add();
  Peer& slow = world.add();
  fast.give(thing);
  slow.give(thing);
  fast.upload_rate = 50 * kMiB;
  slow.upload_rate = 100 * 1024;  // a block each 0.16 s; its first 64 would take 10 s
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&slow, &fast});
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.done.at(thing.id).at - TimePoint{} < 1s);
  CHECK(fetcher.counters.cancels_sent > 0);
  CHECK(slow.counters.cancels_in > 0);
}

TEST_CASE("sources that are told later are used") {
  World world(16);
  const Thing thing = Thing::make(20 * kMiB);
  Peer& first = world.add();
  Peer& second = world.add();
  for (Peer* peer : {&first, &second}) {
    peer->give(thing);
    peer->upload_rate = kSlow;
  }
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {});
  CHECK(fetcher.need_sources == 1);
  world.at(100ms, [&] {
    world.tell(fetcher,
               AddSources{.content = thing.id, .sources = {world.source_of(first, thing)}});
  });
  world.at(500ms, [&] {
    world.tell(fetcher,
               AddSources{.content = thing.id, .sources = {world.source_of(second, thing)}});
  });
  REQUIRE(world.run_until_done(fetcher, thing, 60s));
  CHECK(fetcher.done.at(thing.id).sources == 2);
}

TEST_CASE("without sources the question is repeated ever more rarely") {
  World world(17);
  const Thing thing = Thing::make(kMiB);
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {});
  world.run(600s);
  CHECK(fetcher.need_sources >= 6);
  CHECK(fetcher.need_sources <= 12);
  CHECK_FALSE(fetcher.failed.contains(thing.id));
}

TEST_CASE("a source that is not here is dialled again later, then forgotten") {
  World world(18);
  const Thing thing = Thing::make(kMiB);
  Peer& gone = world.add();
  gone.alive = false;
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&gone});
  world.run(600s);
  CHECK(fetcher.counters.dials == fetcher.config.max_dial_failures);
  CHECK(fetcher.counters.dials_failed == fetcher.config.max_dial_failures);
}

TEST_CASE("fetchers serve one another what they have verified") {
  World world(19);
  const Thing thing = Thing::make(32 * kMiB);
  Peer& seed = world.add();
  seed.give(thing);
  seed.upload_rate = kSlow;
  std::vector<Peer*> swarm;
  for (int i = 0; i < 4; ++i) {
    swarm.push_back(&world.add());
    swarm.back()->upload_rate = kSlow;
  }
  for (Peer* peer : swarm) {
    std::vector<Peer*> sources{&seed};
    for (Peer* other : swarm) {
      if (other != peer) sources.push_back(other);
    }
    world.fetch(*peer, thing, sources);
  }
  for (Peer* peer : swarm) REQUIRE(world.run_until_done(*peer, thing, 60s));
  world.run(120s);
  // Alone it would have to send everything four times.
  CHECK(seed.counters.bytes_out < 80 * kMiB);
  for (const Peer* peer : swarm) {
    CHECK(peer->counters.bytes_out > 8 * kMiB);
    CHECK(peer->engine.link_count() == 0);  // nobody has anything for anybody
    CHECK(peer->released.contains(thing.id));
  }
  CHECK(seed.released.contains(thing.id));
}

TEST_CASE("the same seed gives the same digest, another seed another") {
  const Thing thing = Thing::make(16 * kMiB);
  const auto run = [&](std::uint64_t seed) {
    World world(seed);
    std::vector<Peer*> sources;
    for (int i = 0; i < 3; ++i) {
      sources.push_back(&world.add());
      sources.back()->give(thing);
      sources.back()->upload_rate = kSlow + static_cast<std::uint64_t>(i) * kMiB;
    }
    Peer& fetcher = world.add();
    world.fetch(fetcher, thing, sources);
    world.run(900ms);
    return world.digest();
  };
  CHECK(run(20) == run(20));
  CHECK(run(20) != run(21));
}

TEST_CASE("who fetches too and stands still is no source for ever") {
  World world(5);
  const Thing thing = Thing::make(8 * kMiB);
  Peer& whole = world.add();
  whole.give(thing);
  whole.upload_rate = kSlow;
  Peer& other = world.add();
  Peer& fetcher = world.add();
  world.fetch(other, thing, {&whole});
  world.run(400ms);
  world.kill(whole);
  world.run(2s);
  const auto there = other.files.at(thing.id).have.count();
  REQUIRE(there > 0);
  REQUIRE(there < thing.shape.piece_count);
  world.fetch(fetcher, thing, {&other});
  world.run(20s);
  REQUIRE_FALSE(fetcher.progress.empty());
  CHECK(fetcher.files.at(thing.id).have.count() == there);
  CHECK(fetcher.progress.back().sources == 1);  // it may have more soon
  world.run(20s + fetcher.config.standstill);
  CHECK(fetcher.progress.back().sources == 0);
}
