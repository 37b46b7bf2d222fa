// Blocks that are read before their piece is whole, each verified by its own leaf.
#include <algorithm>

#include <doctest/doctest.h>

#include "node/core/transfer/leaf_hashes.h"
#include "tests/unit/transfer/world.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

// Pieces of 1 MiB: at 1 MiB/s one takes a second.
constexpr std::uint64_t kLargeContent = 4096 * kMiB;
constexpr std::uint64_t kReadFrom = 2000 * kMiB + 700'000;

/// A slow source of a large content, and one that fetches and reads it.
struct SlowReading {
  explicit SlowReading(std::uint64_t rate = kMiB) {
    source.give(thing);
    source.upload_rate = rate;
  }
  void begin() {
    world.fetch(fetcher, thing, {&source});
    pass(2s);
    world.tell(fetcher,
               SetReadings{.content = thing.id,
                           .whole = true,
                           .readings = {{.reader = ReaderId{1}, .from = kReadFrom}}});
  }
  void pass(Duration time) {
    passed += time;
    world.run(passed);
  }
  [[nodiscard]] Ready ready() const {
    if (fetcher.progress.empty() || fetcher.progress.back().readers.empty()) return {};
    return fetcher.progress.back().readers.front();
  }
  /// Until more than nothing can be read; `most` at most.
  Duration until_first_byte(Duration most) {
    Duration waited{};
    while (waited < most && ready().to <= kReadFrom) {
      pass(1ms);
      waited += 1ms;
    }
    return waited;
  }

  World world{7};
  Thing thing = Thing::make(kLargeContent);
  Peer& source = world.add();
  Peer& fetcher = world.add();
  Duration passed{};
};

}  // namespace

TEST_CASE("the first bytes are read before their piece is whole, from where the reader begins") {
  SlowReading test;
  test.begin();
  CHECK(test.until_first_byte(5s) < 300ms);
  CHECK(test.ready().to < 2001 * kMiB);
  CHECK(test.ready().to % kBlock == 0);
  CHECK(test.ready().whole == kReadFrom);  // nothing of it is recorded
  CHECK_FALSE(test.fetcher.files.at(test.thing.id).have.has(2000));
  CHECK(test.fetcher.counters.blocks_verified > 0);
  const std::uint64_t before = test.ready().to;
  test.pass(150ms);
  CHECK(test.ready().to > before);
  test.pass(3s);
  CHECK(test.fetcher.files.at(test.thing.id).have.has(2000));
  CHECK(test.ready().whole >= 2001 * kMiB);
  CHECK(test.fetcher.counters.pieces_bad == 0);
}

TEST_CASE(
    "a source that refuses the leaves is asked once, and the piece is read when it is whole") {
  SlowReading test;
  test.source.faults.refuses_leaves = true;
  test.begin();
  const Duration first = test.until_first_byte(5s);
  CHECK(first > 600ms);
  CHECK(first < 3s);
  CHECK(test.ready().to >= 2001 * kMiB);
  CHECK(test.fetcher.counters.blocks_verified == 0);
  CHECK(test.fetcher.counters.sources_banned == 0);
  const std::uint64_t refused = test.source.counters.hash_requests_rejected;
  CHECK(refused == 1);
  test.world.tell(test.fetcher,
                  SetReadings{.content = test.thing.id,
                              .whole = true,
                              .readings = {{.reader = ReaderId{2}, .from = 99 * kMiB}}});
  test.pass(3s);
  CHECK(test.source.counters.hash_requests_rejected == refused);
}

TEST_CASE("leaves that never come hold up nothing but the early bytes, and cost the link") {
  SlowReading test;
  test.source.faults.keeps_leaves = true;
  test.begin();
  const Duration first = test.until_first_byte(5s);
  CHECK(first > 600ms);
  CHECK(first < 3s);
  CHECK(test.fetcher.counters.blocks_verified == 0);
  test.pass(30s);
  CHECK(test.ready().whole >= 2020 * kMiB);
  const auto& closed = test.fetcher.closed;
  CHECK(std::any_of(closed.begin(), closed.end(), [](const auto& link) {
    return link.second == CloseReason::silent || link.second == CloseReason::duplicate;
  }));
}

TEST_CASE("who sends leaves that do not lead to the piece's hash is banned") {
  SlowReading test;
  test.source.faults.bad_leaves = true;
  test.begin();
  test.pass(500ms);
  CHECK(test.fetcher.counters.hashes_bad == 1);
  CHECK(test.fetcher.counters.sources_banned == 1);
  CHECK(test.fetcher.counters.blocks_verified == 0);
}

TEST_CASE("who sends a block that does not fit its leaf is banned before the piece is whole") {
  SlowReading test;
  test.begin();
  test.source.faults.corrupts = true;
  test.pass(600ms);
  CHECK(test.fetcher.counters.blocks_bad == 1);
  CHECK(test.fetcher.counters.sources_banned == 1);
  CHECK(test.ready().to == kReadFrom);
  SUBCASE("and another brings it") {
    Peer& other = test.world.add();
    other.give(test.thing);
    test.world.tell(
        test.fetcher,
        AddSources{.content = test.thing.id, .sources = {test.world.source_of(other, test.thing)}});
    CHECK(test.until_first_byte(5s) < 2s);
    CHECK(test.fetcher.counters.sources_banned == 1);
  }
}

// ---- what is known of leaves

namespace {

const ContentId kLeavesContent = ContentId::from(Bytes(32, 5));

struct Leaves {
  Leaves() {
    for (std::uint32_t i = 0; i < shape.blocks_per_piece(); ++i) {
      leaves.emplace_back();
      leaves.back().bytes[0] = static_cast<Byte>(i + 1);
    }
    hash = wire::bt::fold(leaves, 0, shape.piece_layer());
  }
  /// The next check where these blocks are there.
  auto check(std::uint32_t from, std::uint32_t to) {
    return hashes.next_check(3, [&](std::uint32_t block) {
      return block >= from && block < to ? std::optional(NodeKey{}) : std::nullopt;
    });
  }
  Shape shape = Shape::of(1024 * kMiB);  // pieces of 16 blocks
  LeafHashes hashes{kLeavesContent, shape};
  std::vector<Sha256> leaves;
  Sha256 hash;
};

}  // namespace

TEST_CASE("few pieces are asked for at a time, and none that one answer does not cover") {
  Leaves test;
  CHECK(test.hashes.fits(3));
  CHECK_FALSE(LeafHashes(kLeavesContent, Shape::of(64 * kMiB)).fits(3));  // of one block
  CHECK_FALSE(
      LeafHashes(kLeavesContent, Shape::of(std::uint64_t{1} << 40)).fits(3));  // of too many
  for (std::uint32_t piece = 0; piece < LeafHashes::kMostPieces; ++piece) {
    REQUIRE(test.hashes.may_add(piece));
    const HashRequest request =
        test.hashes.ask(piece, std::uint64_t{piece} * test.shape.piece_length, LinkId{1});
    CHECK(wire::bt::is_answerable(request, test.shape));
    CHECK_FALSE(test.hashes.may_add(piece));
    CHECK(test.hashes.asked(LinkId{1}, request) == piece);
    CHECK_FALSE(test.hashes.asked(LinkId{2}, request));
  }
  CHECK_FALSE(test.hashes.may_add(9));
  test.hashes.drop_link(LinkId{1});
  CHECK(test.hashes.may_add(0));
}

TEST_CASE("blocks are verified in the order in which they are read, one check at a time") {
  Leaves test;
  const std::uint64_t begin = std::uint64_t{3} * test.shape.piece_length;
  test.hashes.ask(3, begin + 5 * kBlock + 9, LinkId{1});
  CHECK_FALSE(test.check(0, 16));  // no leaves yet
  std::vector<Sha256> wrong = test.leaves;
  wrong[2].bytes[7] ^= 1;
  CHECK_FALSE(test.hashes.answered(3, wrong, test.hash));
  CHECK_FALSE(test.hashes.answered(3, std::span(wrong).first(8), test.hash));
  REQUIRE(test.hashes.answered(3, test.leaves, test.hash));
  CHECK_FALSE(test.check(6, 16));  // what is read first is missing
  auto check = test.check(0, 7);
  REQUIRE(check);
  CHECK(check->bytes == BlockRange{.piece = 3, .begin = 5 * kBlock, .length = 2 * kBlock});
  CHECK(check->leaves == std::vector<Sha256>{test.leaves[5], test.leaves[6]});
  CHECK_FALSE(test.check(0, 16));  // one is under way
  CHECK(test.hashes.suspect(3, 6));
  CHECK_FALSE(test.hashes.suspect(3, 7));
  CHECK(test.hashes.verified_to(begin + 5 * kBlock + 9) == begin + 5 * kBlock + 9);
  SUBCASE("good ones can be read") {
    test.hashes.checked(check->bytes, true);
    CHECK(test.hashes.verified_to(begin + 5 * kBlock + 9) == begin + 7 * kBlock);
    CHECK(test.hashes.verified_to(begin) == begin);
    check = test.check(0, 16);
    REQUIRE(check);
    CHECK(check->bytes.begin == 7 * kBlock);
    test.hashes.checked(check->bytes, true);
    CHECK(test.hashes.verified_to(begin + 6 * kBlock) == begin + 16 * kBlock);
    CHECK_FALSE(test.check(0, 16));
  }
  SUBCASE("bad ones are checked again when others came") {
    test.hashes.checked(check->bytes, false);
    CHECK(test.hashes.verified_to(begin + 5 * kBlock) == begin + 5 * kBlock);
    CHECK(test.check(5, 6));
  }
}
