// Those who read while it is fetched: the picker's part, and whole engines in virtual time.
#include <doctest/doctest.h>

#include "node/core/transfer/picker.h"
#include "tests/unit/transfer/world.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

NodeKey key_of(Byte first) {
  NodeKey key;
  key.bytes[0] = first;
  return key;
}

const NodeKey kA = key_of(1);
const NodeKey kB = key_of(2);

Reading reading(std::uint32_t reader, std::uint64_t from, std::uint64_t to = UINT64_MAX) {
  return {.reader = ReaderId{reader}, .from = from, .to = to};
}

// 200 pieces of one block each, unless said otherwise; a window is four blocks and the place.
struct Shelf {
  explicit Shelf(std::uint64_t size = 200 * kBlock, std::uint64_t max_open_bytes = 1 << 30)
      : shape(Shape::of(size)),
        rng(Rng::from_seed(3)),
        picker(shape,
               {.max_open_bytes = max_open_bytes, .reader_window_bytes = 4 * shape.piece_length},
               rng),
        all(PieceSet::full(shape.piece_count)) {}
  std::optional<BlockRange> pick(const NodeKey& key) { return pick(key, all); }
  std::optional<BlockRange> pick(const NodeKey& key, const PieceSet& have) {
    return picker.pick({.link = LinkId{key.bytes[0]}, .key = key, .have = have});
  }
  std::vector<std::uint32_t> picks(std::size_t count) {
    std::vector<std::uint32_t> pieces;
    while (pieces.size() < count) {
      const auto block = pick(kA);
      if (!block) break;
      pieces.push_back(block->piece);
    }
    return pieces;
  }
  Shape shape;
  Rng rng;
  Picker picker;
  PieceSet all;
};

using Pieces = std::vector<std::uint32_t>;

}  // namespace

TEST_CASE("what is read alone comes in order, and nothing else") {
  Shelf shelf;
  shelf.picker.want(false, {reading(1, 50 * kBlock + 7, 58 * kBlock + 1)});
  CHECK(shelf.picks(100) == Pieces{50, 51, 52, 53, 54, 55, 56, 57, 58});
  CHECK(shelf.picker.endgame());
  shelf.picker.want(true, {});
  CHECK_FALSE(shelf.picker.endgame());
  CHECK(shelf.picks(1000).size() == 191);
}

TEST_CASE("a link without the next pieces brings later ones of what is read") {
  Shelf shelf;
  shelf.picker.want(false, {reading(1, 0)});
  PieceSet few(200);
  few.add(140);
  CHECK(shelf.pick(kB, few)->piece == 140);
  CHECK_FALSE(shelf.pick(kB, few));
  CHECK(shelf.picks(2) == Pieces{0, 1});
}

TEST_CASE("where all is wanted, a reader's window comes first, and then the rarest") {
  Shelf shelf;
  PieceSet common = shelf.all;
  common.remove(7);
  shelf.picker.add_holder(common);
  shelf.picker.want(true, {reading(1, 100 * kBlock)});
  CHECK(shelf.picks(6) == Pieces{100, 101, 102, 103, 104, 7});
  SUBCASE("it moves on with every verified piece") {
    shelf.picker.done(100);
    CHECK(shelf.picks(1) == Pieces{105});
  }
  SUBCASE("but not past one that is missing") {
    shelf.picker.done(101);
    CHECK(shelf.picks(1) != Pieces{105});
  }
  SUBCASE("a block that somebody fails to bring comes first again") {
    shelf.picker.release({.piece = 102, .begin = 0, .length = kBlock});
    CHECK(shelf.picks(1) == Pieces{102});
  }
  SUBCASE("who goes away frees its place at once") {
    shelf.picker.want(true, {});
    shelf.picker.done(100);
    CHECK(shelf.picks(1) != Pieces{105});
  }
}

TEST_CASE("several readers move on alike, the nearest to its place first") {
  Shelf shelf;
  shelf.picker.want(true, {reading(1, 20 * kBlock), reading(2, 90 * kBlock)});
  CHECK(shelf.picks(4) == Pieces{20, 90, 21, 91});
  CHECK_FALSE(shelf.picker.want(true, {reading(1, 20 * kBlock), reading(2, 90 * kBlock)}));
  // A third begins: what it waits for comes before what the others will want.
  CHECK(shelf.picker.want(
      true, {reading(1, 20 * kBlock), reading(2, 90 * kBlock), reading(3, 150 * kBlock)}));
  CHECK(shelf.picks(6) == Pieces{150, 151, 22, 92, 152, 23});
  CHECK(shelf.picker.is_read_soon(90));
  CHECK(shelf.picker.is_read_soon(94));
  CHECK_FALSE(shelf.picker.is_read_soon(95));
}

TEST_CASE("who begins where all is here already waits for nothing") {
  Shelf shelf;
  shelf.picker.done(50);
  CHECK_FALSE(shelf.picker.want(true, {reading(1, 50 * kBlock, 51 * kBlock)}));
  CHECK(shelf.picker.ready().at(0).to == 51 * kBlock);
}

TEST_CASE("several links bring what is waited for, until several brought a bad piece") {
  Shelf shelf(256 * kMiB);
  REQUIRE(shelf.shape.piece_blocks(0) == 4);
  shelf.picker.want(true, {reading(1, 0)});
  CHECK(shelf.pick(kA)->piece == 0);
  CHECK(shelf.pick(kB)->piece == 0);
  shelf.picker.failed(0, true);
  CHECK(shelf.pick(kA)->piece == 0);  // A alone
  CHECK(shelf.pick(kB)->piece == 1);
  shelf.picker.done(0);
  CHECK(shelf.pick(kA)->piece == 2);  // the reader waits for 1, which is B's
  CHECK(shelf.pick(kB)->piece == 1);
}

TEST_CASE("no copy is asked of what nobody wants any more") {
  Shelf shelf;
  const auto low = shelf.pick(kA);
  shelf.picker.want(false, {reading(1, 150 * kBlock, 151 * kBlock)});
  CHECK(shelf.pick(kA)->piece == 150);
  REQUIRE(shelf.picker.endgame());
  REQUIRE(low->piece != 150);
  const Picker::Asker asker{.link = LinkId{2}, .key = kB, .have = shelf.all};
  const auto none = [](const BlockRange&) {
    return false;
  };
  CHECK(shelf.picker.pick_duplicate(asker, none)->piece == 150);
  CHECK_FALSE(shelf.picker.pick_duplicate(asker, none));
}

TEST_CASE("several readers move on alike where one piece is on its way at a time") {
  Shelf shelf;
  shelf.picker.want(true,
                    {reading(1, 20 * kBlock), reading(2, 90 * kBlock), reading(3, 150 * kBlock)});
  Pieces order;
  for (int i = 0; i < 9; ++i) {
    order.push_back(shelf.picks(1).at(0));
    shelf.picker.done(order.back());
  }
  CHECK(order == Pieces{20, 90, 150, 21, 91, 151, 22, 92, 152});
}

TEST_CASE("a reader hears how far it can read, from its beginning to its end") {
  Shelf shelf(10 * kBlock + 100);
  const auto at = [&](std::size_t reader) {
    return shelf.picker.ready().at(reader).to;
  };
  shelf.picker.done(3);
  shelf.picker.want(true,
                    {reading(1, 2 * kBlock + 5, 4 * kBlock),
                     reading(2, 10 * kBlock + 50),
                     reading(3, 3 * kBlock + 9, 3 * kBlock + 10),
                     reading(4, 99 * kBlock)});
  CHECK(at(0) == 2 * kBlock + 5);
  CHECK(at(1) == 10 * kBlock + 50);
  CHECK(at(2) == 3 * kBlock + 10);  // it was there
  shelf.picker.done(2);
  CHECK(at(0) == 4 * kBlock);
  shelf.picker.done(10);
  CHECK(at(1) == shelf.shape.size);
  CHECK(shelf.picks(100).size() == 8);  // one beyond the end stops nothing
}

TEST_CASE("a piece that is waited for is brought by all links, and finds room in full memory") {
  constexpr std::uint64_t kPiece = 262144;  // 16 blocks
  Shelf shelf(4096 * kPiece, 2 * kPiece);
  while (shelf.pick(kA)) {
  }
  const std::size_t open = shelf.picker.open_pieces().size();
  std::uint32_t place = 1000;
  while (!shelf.picker.want(true, {reading(1, place * kPiece)})) ++place;
  CHECK(shelf.pick(kA)->piece == place);
  CHECK(shelf.pick(kB)->piece == place);
  CHECK(shelf.picker.open_pieces().size() == open + 1);
  for (int block = 2; block < 16; ++block) CHECK(shelf.pick(kA)->piece == place);
  CHECK(shelf.pick(kA)->piece == place + 1);
  CHECK(shelf.pick(kB)->piece == place + 2);  // each leads one behind it
  CHECK(shelf.pick(kA)->piece == place + 1);
  std::size_t more = 0;
  while (shelf.pick(kA)) ++more;
  CHECK(more < 3 * 16);  // its window has an end, and so has memory
}

TEST_CASE("memory that is full of what nobody wants any longer is emptied by finishing it") {
  constexpr std::uint64_t kPiece = 262144;
  Shelf shelf(4096 * kPiece, 2 * kPiece);
  const auto begun = shelf.pick(kA);
  shelf.picker.want(false, {reading(1, 3000 * kPiece, 3000 * kPiece + 1)});
  for (int block = 0; block < 16; ++block) CHECK(shelf.pick(kA)->piece == 3000);
  CHECK(shelf.picker.endgame());
  // Two are open, which is all that may be: the one that was begun is in the way.
  CHECK(shelf.pick(kA)->piece == begun->piece);
}

// ---- whole engines

namespace {

constexpr std::uint64_t kSourceRate = 10 * kMiB;  // bytes a second, of the source

struct Library {
  explicit Library(std::uint64_t size, const Config& config = {})
      : thing(Thing::make(size)),
        source(world.add(config)),
        fetcher(world.add(config)) {
    source.give(thing);
    source.upload_rate = kSourceRate;
  }
  void want(bool whole, std::vector<Reading> readings) {
    world.tell(fetcher,
               SetReadings{.content = thing.id, .whole = whole, .readings = std::move(readings)});
  }
  /// How far a reader could read, as Progress said last.
  [[nodiscard]] std::uint64_t ready(std::uint32_t reader) const {
    if (fetcher.progress.empty()) return 0;
    for (const Ready& each : fetcher.progress.back().readers) {
      if (each.reader == ReaderId{reader}) return each.to;
    }
    return 0;
  }
  /// Time until a reader can read so far; more than `most` when it cannot in that.
  Duration until_ready(std::uint32_t reader, std::uint64_t to, Duration most) {
    Duration waited{};
    while (waited <= most && ready(reader) < to) waited += pass(1ms);
    return waited;
  }
  Duration pass(Duration time) {
    passed += time;
    world.run(passed);
    return time;
  }

  World world{4};
  Thing thing;
  Peer& source;
  Peer& fetcher;
  Duration passed{};  ///< since the start, whether anything happened or not
};

}  // namespace

TEST_CASE("who begins to read elsewhere does not wait for what is on its way") {
  Library library(256 * kMiB);
  library.world.fetch(library.fetcher, library.thing, {&library.source});
  library.pass(2s);  // its window is half a second's worth
  REQUIRE(library.fetcher.files[library.thing.id].have.count() > 0);
  const std::uint64_t place = 200 * kMiB + 12345;
  std::uint32_t piece = static_cast<std::uint32_t>(place / library.thing.shape.piece_length);
  REQUIRE_FALSE(library.fetcher.files[library.thing.id].have.has(piece));
  library.want(true, {reading(1, place)});
  // What the source had handed over, 512 KiB, and the piece itself.
  CHECK(library.until_ready(1, place + 1, 2s) < 100ms);
  CHECK(library.fetcher.counters.blocks_called_off > 100);
  CHECK(library.fetcher.counters.offences == 0);
  CHECK(library.source.counters.offences == 0);
  // It goes on from there, and the fetch loses nothing.
  CHECK(library.until_ready(1, place + 4 * kMiB, 2s) < 1500ms);
  REQUIRE(library.world.run_until_done(library.fetcher, library.thing, 40s));
  CHECK(library.fetcher.counters.blocks_in == library.thing.shape.block_count);
  CHECK(library.fetcher.counters.blocks_duplicate == 0);
  CHECK(library.fetcher.done.at(library.thing.id).at - TimePoint{} < 27s);
}

TEST_CASE("only what is read is fetched, and the block that proves the size") {
  Library library(256 * kMiB);
  library.world.fetch(library.fetcher, library.thing, {&library.source});
  library.want(false, {reading(1, 100 * kMiB, 101 * kMiB)});
  CHECK(library.until_ready(1, 101 * kMiB, 5s) < 300ms);
  library.pass(4s);
  CHECK(library.fetcher.counters.bytes_in == kMiB + kBlock);
  SUBCASE("until all of it is wanted") {
    library.want(true, {});
    CHECK(library.world.run_until_done(library.fetcher, library.thing, 40s));
  }
  SUBCASE("and what another reads then") {
    library.want(false, {reading(2, 256 * kMiB - 3)});
    CHECK(library.until_ready(2, 256 * kMiB, 5s) < 100ms);
  }
}

TEST_CASE("two readers are each served in order while the rest is fetched") {
  Library library(256 * kMiB);
  library.world.fetch(library.fetcher, library.thing, {&library.source});
  library.pass(1s);
  library.want(true, {reading(1, 64 * kMiB), reading(2, 192 * kMiB)});
  std::uint64_t first = 0;
  std::uint64_t second = 0;
  for (int round = 0; round < 20; ++round) {
    library.pass(100ms);
    CHECK(library.ready(1) >= first);
    CHECK(library.ready(2) >= second);
    first = library.ready(1);
    second = library.ready(2);
  }
  CHECK(first > 64 * kMiB + 5 * kMiB);
  CHECK(second > 192 * kMiB + 5 * kMiB);
}

TEST_CASE("readers beyond the limit are not heeded") {
  Config config;
  config.max_readers = 2;
  Library library(64 * kMiB, config);
  library.world.fetch(library.fetcher, library.thing, {&library.source});
  library.want(false, {reading(1, 0), reading(2, kMiB), reading(3, 2 * kMiB)});
  library.pass(1s);
  REQUIRE_FALSE(library.fetcher.progress.empty());
  CHECK(library.fetcher.progress.back().readers.size() == 2);
}

TEST_CASE("a reader beside a source that chokes or dies gets its bytes from the other") {
  Library library(64 * kMiB);
  Peer& other = library.world.add();
  other.give(library.thing);
  other.upload_rate = kSourceRate;
  library.world.fetch(library.fetcher, library.thing, {&library.source, &other});
  library.pass(1s);
  library.want(true, {reading(1, 32 * kMiB)});
  library.pass(100ms);
  library.world.kill(library.source);
  CHECK(library.until_ready(1, 36 * kMiB, 10s) < 5s);
  CHECK(library.world.run_until_done(library.fetcher, library.thing, 60s));
}
