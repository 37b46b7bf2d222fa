// Fetches that give way: the window alone, and whole transfers beside other traffic in virtual
// time.
#include <doctest/doctest.h>

#include "node/core/transfer/polite_window.h"
#include "node/wire/bt/messages.h"
#include "tests/unit/transfer/narrow_link.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

// A window that is always full, on a way that takes `delay` for each block of it.
struct Way {
  PoliteWindow window{TimePoint{}};
  TimePoint now{};

  void bring(int blocks, Duration delay) {
    for (int i = 0; i < blocks; ++i) {
      const std::uint32_t owed = window.blocks();
      now += delay / owed;
      window.delivered(kBlock, std::uint64_t{owed} * kBlock, now - delay, now);
    }
  }
};

// Another stream through the same link, as much as it takes, between two times.
struct Cross {
  NarrowLink::Stream stream;
  World& world;
  bool on = false;

  void pump(int items) {
    for (int i = 0; i < items; ++i) {
      stream.send(kBlock, [this] {
        if (on) pump(1);
      });
    }
  }
  void during(Duration from, Duration to) {
    world.at(from, [this] {
      on = true;
      pump(100);
    });
    world.at(to, [this] { on = false; });
  }
};

/// What a fetch got of its link, while alone, beside another stream, and alone again.
struct Shares {
  double before;
  double beside;
  double after;
  double other;  ///< the other's meanwhile
};

Shares shares_of(bool polite, const NarrowLink::Shape& shape) {
  World world(7);
  world.latency = 1ms;
  NarrowLink link(world, shape);
  const Thing thing = Thing::make(shape.rate * 80);
  Peer& seed = world.add();
  seed.give(thing);
  NarrowLink::Stream stream(link);
  seed.path = [&](std::size_t bytes, std::function<void()> through) {
    stream.send(bytes, std::move(through));
  };
  Peer& fetcher = world.add();
  world.fetch(fetcher, thing, {&seed});
  world.tell(fetcher, SetFetchRate{.content = thing.id, .down = 0, .polite = polite});
  Cross cross{.stream = NarrowLink::Stream(link), .world = world};
  cross.during(20s, 40s);
  const auto share = [&](const NarrowLink::Stream& of, Duration from, Duration to) {
    world.run(from);
    const std::uint64_t had = of.bytes_through();
    world.run(to);
    return static_cast<double>(of.bytes_through() - had)
           / (static_cast<double>(shape.rate) * std::chrono::duration<double>(to - from).count());
  };
  Shares shares{};
  shares.before = share(stream, 5s, 20s);
  world.run(23s);
  const std::uint64_t had = cross.stream.bytes_through();
  shares.beside = share(stream, 23s, 40s);
  shares.other = static_cast<double>(cross.stream.bytes_through() - had)
                 / (static_cast<double>(shape.rate) * 17);
  shares.after = share(stream, 43s, 58s);
  CHECK(fetcher.counters.stalls == 0);
  return shares;
}

}  // namespace

TEST_CASE("a polite window grows while nothing waits, by what it brings at first") {
  Way way;
  CHECK(way.window.blocks() == 2);
  way.bring(62, 10ms);
  CHECK(way.window.blocks() == 64);
  way.bring(10'000, 10ms);
  CHECK(way.window.blocks() == 512);
}

TEST_CASE(
    "a polite window shrinks below a block where more than the target waits, by half a round trip "
    "at most") {
  Way way;
  way.bring(62, 10ms);
  way.bring(4, 500ms);  // the least of four counts
  const std::uint32_t before = way.window.blocks();
  way.bring(static_cast<int>(before), 500ms);
  CHECK(way.window.blocks() >= before / 2);
  CHECK(way.window.blocks() < before * 2 / 3);
  way.bring(400, 500ms);
  CHECK(way.window.blocks() == 1);
  CHECK(way.window.ready_at() == way.now + 2s);  // less than a block: one in several round trips
  way.bring(20, 10ms);
  CHECK(way.window.ready_at() < way.now);
  CHECK(way.window.blocks() >= 4);  // a block more each round trip
}

TEST_CASE("a polite window stays where the target waits") {
  Way way;
  way.bring(62, 10ms);
  way.bring(2000, 10ms + PoliteWindow::kTarget);
  const std::uint32_t settled = way.window.blocks();
  way.bring(2000, 10ms + PoliteWindow::kTarget);
  CHECK(way.window.blocks() == settled);
}

TEST_CASE("one late block among others is no reason to give way") {
  Way way;
  way.bring(62, 10ms);
  for (int i = 0; i < 20; ++i) {
    way.bring(1, 400ms);
    way.bring(3, 10ms);
  }
  CHECK(way.window.blocks() >= 64);
}

TEST_CASE("what a polite window lost halves it, down to an eighth of a block") {
  Way way;
  way.bring(62, 10ms);
  way.window.lost();
  CHECK(way.window.blocks() == 32);
  for (int i = 0; i < 9; ++i) way.window.lost();
  CHECK(way.window.blocks() == 1);
  CHECK(way.window.ready_at() == way.now + 70ms);  // an eighth of a block in 10 ms
}

TEST_CASE("a way that became longer for good is known as such after ten minutes") {
  Way way;
  way.bring(62, 10ms);
  way.bring(1500, 300ms);
  CHECK(way.window.queueing() == 290ms);
  CHECK(way.window.blocks() == 1);
  way.bring(2500, 300ms);  // a block each 300 ms by now
  CHECK(way.window.queueing() == 0ms);
  CHECK(way.window.blocks() > 1);
}

TEST_CASE(
    "a polite fetch leaves a link to other traffic, and takes it when it is free; another does "
    "not") {
  for (const std::uint64_t rate : {600'000ULL, 2'500'000ULL, 12'500'000ULL}) {
    CAPTURE(rate);
    const NarrowLink::Shape shape{.rate = rate, .buffer = rate / 5};
    const Shares polite = shares_of(true, shape);
    CAPTURE(polite.beside);
    CAPTURE(polite.other);
    CHECK(polite.before >= 0.8);
    CHECK(polite.beside <= 0.2);
    CHECK(polite.other >= 0.75);
    CHECK(polite.after >= 0.8);
    const Shares plain = shares_of(false, shape);
    CHECK(plain.before >= 0.8);
    CHECK(plain.beside >= 0.35);
  }
}

TEST_CASE("a node that is polite is so in every fetch, until it is not any longer") {
  World world(9);
  world.latency = 1ms;
  NarrowLink link(world, {});
  const Thing thing = Thing::make(64 * kMiB);
  Peer& seed = world.add();
  seed.give(thing);
  NarrowLink::Stream stream(link);
  seed.path = [&](std::size_t bytes, std::function<void()> through) {
    stream.send(bytes, std::move(through));
  };
  Peer& fetcher = world.add();
  world.tell(fetcher, SetRates{.polite = true});
  world.fetch(fetcher, thing, {&seed});
  Cross cross{.stream = NarrowLink::Stream(link), .world = world};
  cross.during(2s, 20s);
  world.run(5s);
  const std::uint64_t at_five = stream.bytes_through();
  world.run(10s);
  const std::uint64_t polite = stream.bytes_through() - at_five;
  world.tell(fetcher, SetRates{});
  world.run(13s);
  const std::uint64_t at_thirteen = stream.bytes_through();
  world.run(18s);
  CHECK(stream.bytes_through() - at_thirteen > 3 * polite);
}
