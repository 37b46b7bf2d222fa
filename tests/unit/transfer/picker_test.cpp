#include "node/core/transfer/picker.h"

#include <doctest/doctest.h>

using namespace freshet;                  // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::transfer;  // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kPickerBlock = wire::bt::kBlockBytes;

NodeKey key_beginning(Byte first) {
  NodeKey key;
  key.bytes[0] = first;
  return key;
}

const NodeKey kKeyA = key_beginning(1);
const NodeKey kKeyB = key_beginning(2);

struct PickerBench {
  explicit PickerBench(std::uint64_t size, Picker::Limits limits = {.max_open_bytes = 1 << 30})
      : shape(Shape::of(size)),
        rng(Rng::from_seed(3)),
        picker(shape, limits, rng),
        all(PieceSet::full(shape.piece_count)) {}
  std::optional<BlockRange> pick(const NodeKey& key) { return pick(key, all); }
  std::optional<BlockRange> pick(const NodeKey& key, const PieceSet& have) {
    return picker.pick({.link = LinkId{key.bytes[0]}, .key = key, .have = have});
  }
  Shape shape;
  Rng rng;
  Picker picker;
  PieceSet all;
};

}  // namespace

TEST_CASE("the rarest piece comes first") {
  PickerBench bench(100 * kPickerBlock);
  PieceSet common = bench.all;
  common.remove(42);
  PieceSet rarer = common;
  rarer.remove(17);
  bench.picker.add_holder(common);
  bench.picker.add_holder(rarer);
  CHECK(bench.pick(kKeyA)->piece == 42);
  CHECK(bench.pick(kKeyA)->piece == 17);
  bench.picker.holder_got(3);
  std::set<std::uint32_t> rest;
  std::uint32_t last = 0;
  while (const auto block = bench.pick(kKeyA)) {
    rest.insert(block->piece);
    last = block->piece;
  }
  CHECK(rest.size() == 98);
  CHECK(last == 3);  // now the most common
  CHECK(bench.picker.endgame());
}

TEST_CASE("fetchers who know one another ask a seed for different pieces") {
  constexpr std::uint32_t kPieces = 1000;
  std::vector<NodeKey> keys;
  for (Byte first = 1; first <= 8; ++first) keys.push_back(key_beginning(first));
  std::vector<std::uint32_t> owned(keys.size());
  for (std::uint32_t piece = 0; piece < kPieces; ++piece) {
    int owners = 0;
    for (std::size_t self = 0; self < keys.size(); ++self) {
      SeedShare share(keys[self]);
      for (std::size_t other = 0; other < keys.size(); ++other) {
        if (other != self) share.add(keys[other]);
      }
      if (!share.is_mine(piece)) continue;
      ++owners;
      ++owned[self];
    }
    CHECK(owners == 1);
  }
  for (const std::uint32_t pieces : owned) {
    CHECK(pieces > kPieces / 8 / 2);
    CHECK(pieces < kPieces / 8 * 2);
  }
}

TEST_CASE("what is this node's of a seed comes first, then what others have not got either") {
  PickerBench bench(100 * kPickerBlock);
  SeedShare share(kKeyA);
  share.add(kKeyB);
  PieceSet common(bench.shape.piece_count);
  std::uint32_t mine = 0;
  for (std::uint32_t piece = 0; piece < 100; ++piece) {
    if (share.is_mine(piece)) ++mine;
  }
  for (std::uint32_t piece = 0; piece < 10; ++piece) common.add(piece);
  bench.picker.add_holder(common);
  for (std::uint32_t piece = 0; piece < 10; ++piece) {
    if (share.is_mine(piece)) --mine;
  }
  const auto pick = [&] {
    return bench.picker.pick({.link = LinkId{1}, .key = kKeyA, .have = bench.all, .share = &share});
  };
  for (std::uint32_t i = 0; i < mine; ++i) {
    const auto block = pick();
    REQUIRE(block);
    CHECK(share.is_mine(block->piece));
    CHECK(block->piece >= 10);
  }
  for (std::uint32_t i = mine; i < 90; ++i) CHECK(pick()->piece >= 10);
  for (int i = 0; i < 10; ++i) CHECK(pick()->piece < 10);
  CHECK(bench.picker.endgame());
}

TEST_CASE("rarity follows holders that come and go") {
  PickerBench bench(50 * kPickerBlock);
  Rng rng = Rng::from_seed(9);
  std::vector<PieceSet> holders;
  std::vector<std::uint32_t> count(50, 0);
  for (int round = 0; round < 300; ++round) {
    if (holders.size() > 5 && rng.below(2) == 0) {
      const auto at = static_cast<std::ptrdiff_t>(rng.below(holders.size()));
      const PieceSet gone = holders[static_cast<std::size_t>(at)];
      holders.erase(holders.begin() + at);
      bench.picker.remove_holder(gone);
      for (std::uint32_t i = 0; i < 50; ++i) count[i] -= gone.has(i) ? 1 : 0;
    } else {
      PieceSet some(50);
      for (std::uint32_t i = 0; i < 50; ++i) {
        if (rng.below(3) == 0) some.add(i);
      }
      bench.picker.add_holder(some);
      holders.push_back(some);
      for (std::uint32_t i = 0; i < 50; ++i) count[i] += some.has(i) ? 1 : 0;
    }
  }
  std::uint32_t before = 0;
  while (const auto block = bench.pick(kKeyA)) {
    CHECK(count[block->piece] >= before);
    before = count[block->piece];
  }
}

TEST_CASE("only pieces that the asker has are picked") {
  PickerBench bench(20 * kPickerBlock);
  PieceSet few(20);
  few.add(4);
  few.add(9);
  bench.picker.add_holder(few);
  std::set<std::uint32_t> picked;
  while (const auto block = bench.pick(kKeyA, few)) picked.insert(block->piece);
  CHECK(picked == std::set<std::uint32_t>{4, 9});
  CHECK_FALSE(bench.picker.endgame());
}

TEST_CASE(
    "each source leads a piece of its own, and helps with others' when nothing else is left") {
  PickerBench bench(std::uint64_t{1} << 30U, {.max_open_bytes = 2 * 262144});  // 16 blocks a piece
  const std::uint32_t first_a = bench.pick(kKeyA)->piece;
  const std::uint32_t first_b = bench.pick(kKeyB)->piece;
  CHECK(first_a != first_b);
  for (int i = 1; i < 16; ++i) CHECK(bench.pick(kKeyA)->piece == first_a);
  CHECK(bench.pick(kKeyA)->piece == first_b);  // no memory for a third piece
  for (int i = 2; i < 16; ++i) CHECK(bench.pick(kKeyB)->piece == first_b);
  CHECK_FALSE(bench.pick(kKeyB));
  CHECK_FALSE(bench.picker.endgame());
}

TEST_CASE("released blocks are picked again") {
  PickerBench bench(4 * kPickerBlock);
  const auto block = bench.pick(kKeyA);
  while (bench.pick(kKeyA)) {
  }
  const auto epoch = bench.picker.epoch();
  bench.picker.release(*block);
  CHECK(bench.picker.epoch() > epoch);
  CHECK(bench.pick(kKeyB) == block);
  bench.picker.release(*block);
  CHECK(bench.picker.claim(*block));
  CHECK_FALSE(bench.picker.claim(*block));
}

TEST_CASE("a piece is whole with its last block, and its contributors are known") {
  PickerBench bench(std::uint64_t{128} << 20U);  // two blocks a piece
  const auto first = bench.pick(kKeyA);
  const auto second = bench.pick(kKeyA);
  REQUIRE(first->piece == second->piece);
  CHECK_FALSE(bench.picker.arrived(*first, kKeyA, false).whole);
  CHECK_FALSE(bench.picker.arrived(*first, kKeyB, false).kept);
  CHECK(bench.picker.arrived(*second, kKeyB, false).whole);
  CHECK(bench.picker.contributors(first->piece) == std::vector{kKeyA, kKeyB});
  CHECK(bench.picker.bringer(*second) == kKeyB);
  bench.picker.done(first->piece);
  CHECK_FALSE(bench.picker.is_whole(first->piece));
}

TEST_CASE("a piece that failed from several comes from one alone the next time") {
  PickerBench bench(std::uint64_t{65} << 20U);
  const auto first = bench.pick(kKeyA);
  const auto second = bench.pick(kKeyA);
  const std::uint32_t piece = first->piece;
  bench.picker.arrived(*first, kKeyA, false);
  bench.picker.arrived(*second, kKeyB, false);
  bench.picker.failed(piece, true);
  const auto of_b = bench.pick(kKeyB);
  CHECK(of_b->piece == piece);
  const auto other = bench.pick(kKeyA);
  REQUIRE(other);
  CHECK(other->piece != piece);
  SUBCASE("and from another when that one goes") {
    bench.picker.drop_link(LinkId{2}, kKeyB);
    bench.pick(kKeyA);  // the second block of its own piece
    CHECK(bench.pick(kKeyA)->piece == piece);
    CHECK(bench.pick(kKeyA)->piece == piece);
  }
  SUBCASE("and from another when that one chokes") {
    bench.picker.rest_link(LinkId{2}, kKeyB);
    CHECK(bench.pick(kKeyA)->piece == other->piece);
    const auto third = bench.pick(kKeyA);
    CHECK(third->piece != piece);  // it is on its way yet
    CHECK(bench.pick(kKeyA)->piece == third->piece);
    bench.picker.release(*of_b);
    CHECK(bench.pick(kKeyA)->piece == piece);
    CHECK(bench.pick(kKeyA)->piece == piece);
  }
}

TEST_CASE("a piece that nobody brings on makes room, whoever led it first") {
  PickerBench bench(std::uint64_t{1} << 30U, {.max_open_bytes = 2 * 262144});  // 16 blocks a piece
  const auto of_a = bench.pick(kKeyA);
  const std::uint32_t piece = of_a->piece;
  std::vector<BlockRange> of_b{*bench.pick(kKeyB)};
  const std::uint32_t other = of_b[0].piece;
  bench.picker.arrived(*of_a, kKeyA, false);
  SUBCASE("it chokes, and so does who took over") {
    bench.picker.rest_link(LinkId{1}, kKeyA);
    while (of_b.back().piece == other) of_b.push_back(*bench.pick(kKeyB));
    REQUIRE(of_b.back().piece == piece);
    bench.picker.rest_link(LinkId{2}, kKeyB);
    for (const BlockRange& block : of_b) bench.picker.release(block);
  }
  SUBCASE("it chokes, and who took over leaves") {
    bench.picker.rest_link(LinkId{1}, kKeyA);
    while (of_b.back().piece == other) of_b.push_back(*bench.pick(kKeyB));
    REQUIRE(of_b.back().piece == piece);
    for (const BlockRange& block : of_b) bench.picker.release(block);
    bench.picker.drop_link(LinkId{2}, kKeyB);
  }
  SUBCASE("it has not got it after all") {
    bench.picker.refused(piece, LinkId{1}, kKeyA);
    bench.picker.refused(other, LinkId{2}, kKeyB);
    bench.picker.release(of_b[0]);
  }
  const NodeKey key = key_beginning(3);
  PieceSet have = bench.all;
  have.remove(piece);
  have.remove(other);
  const Picker::Asker asker{.link = LinkId{3}, .key = key, .have = have};
  CHECK(bench.picker.make_room(asker) == other);  // of which nothing came
  while (bench.pick(key, have)) {
  }
  CHECK(bench.picker.make_room(asker) == piece);
}

TEST_CASE("a short piece is not let go where that is not room enough") {
  constexpr std::uint64_t kPiece = 262144;
  constexpr std::uint64_t kShort = kPiece / 2;
  PickerBench bench((4095 * kPiece) + kShort, {.max_open_bytes = 2 * kPiece + kShort});
  REQUIRE(bench.shape.piece_length == kPiece);
  const std::uint32_t last = bench.shape.piece_count - 1;
  PieceSet only_last(bench.shape.piece_count);
  only_last.add(last);
  std::set<std::uint32_t> pieces;
  std::vector<BlockRange> blocks;
  for (Byte link = 1; link <= 3; ++link) {
    const auto block = link == 1 ? bench.pick(kKeyA, only_last) : bench.pick(key_beginning(link));
    pieces.insert(block->piece);
    blocks.push_back(*block);
  }
  REQUIRE(pieces.size() == 3);
  for (const BlockRange& block : blocks) bench.picker.release(block);
  for (Byte link = 1; link <= 3; ++link) bench.picker.drop_link(LinkId{link}, key_beginning(link));
  // Of the long ones something came, of the short one nothing.
  for (std::size_t i = 1; i < blocks.size(); ++i) bench.picker.arrived(blocks[i], kKeyB, true);
  const NodeKey key = key_beginning(4);
  PieceSet have = bench.all;
  for (const std::uint32_t piece : pieces) have.remove(piece);
  const Picker::Asker asker{.link = LinkId{4}, .key = key, .have = have};
  const auto gone = bench.picker.make_room(asker);
  REQUIRE(gone);
  CHECK(gone != last);
  CHECK_FALSE(bench.picker.make_room(asker));
  CHECK(bench.pick(key, have));
}

TEST_CASE("room is made of several pieces where the last one came on top, or of none") {
  constexpr std::uint64_t kPiece = 262144;
  PickerBench bench(4096 * kPiece, {.max_open_bytes = 2 * kPiece, .last_first = true});
  const std::uint32_t last = bench.shape.piece_count - 1;
  std::vector<BlockRange> blocks;
  PieceSet have = bench.all;
  PieceSet early = bench.all;
  early.remove(last);
  for (const auto& [link, has] :
       {std::pair{Byte{1}, early}, {Byte{2}, early}, {Byte{3}, bench.all}}) {
    blocks.push_back(*bench.pick(key_beginning(link), has));
    have.remove(blocks.back().piece);
  }
  REQUIRE(blocks.back().piece == last);
  const NodeKey key = key_beginning(4);
  const Picker::Asker asker{.link = LinkId{4}, .key = key, .have = have};
  bench.picker.release(blocks[0]);
  bench.picker.drop_link(LinkId{1}, kKeyA);
  CHECK_FALSE(bench.picker.make_room(asker));  // it alone is not enough
  bench.picker.release(blocks[1]);
  bench.picker.drop_link(LinkId{2}, kKeyB);
  CHECK(bench.picker.make_room(asker));
  CHECK_FALSE(bench.pick(key, have));
  CHECK(bench.picker.make_room(asker));
  CHECK(bench.pick(key, have));
}

TEST_CASE("in the end-game a block is asked of two, never of the same twice") {
  PickerBench bench(2 * kPickerBlock, {.max_open_bytes = 1 << 30, .copies = 2});
  const auto a = bench.pick(kKeyA);
  const auto b = bench.pick(kKeyA);
  REQUIRE(bench.picker.endgame());
  const Picker::Asker asker_b{.link = LinkId{2}, .key = kKeyB, .have = bench.all};
  const auto none = bench.picker.pick_duplicate(asker_b, [](const BlockRange&) { return true; });
  CHECK_FALSE(none);
  const auto copy = bench.picker.pick_duplicate(asker_b, [](const BlockRange&) { return false; });
  REQUIRE(copy);
  CHECK((copy == a || copy == b));
  const auto arrival = bench.picker.arrived(*copy, kKeyB, false);
  CHECK(arrival.kept);
  CHECK(arrival.duplicated);
}

TEST_CASE("blocks of a source that was caught are fetched again") {
  PickerBench bench(std::uint64_t{128} << 20U);
  const auto first = bench.pick(kKeyA);
  bench.pick(kKeyA);
  bench.picker.arrived(*first, kKeyA, false);
  bench.picker.forget_contributions(kKeyA);
  CHECK_FALSE(bench.picker.bringer(*first));
  CHECK(bench.picker.claim(*first));
}

TEST_CASE("where the size is to be proven, the last block is picked first, for two") {
  PickerBench bench(5 * kPickerBlock + 10,
                    {.max_open_bytes = 1 << 30, .copies = 2, .last_first = true});
  const BlockRange last{.piece = 5, .begin = 0, .length = 10};
  const auto owing = [&](const NodeKey& key) {
    return bench.picker.pick(
        {.link = LinkId{key.bytes[0]}, .key = key, .have = bench.all, .owes_last = true});
  };
  CHECK(bench.pick(kKeyA) == last);
  CHECK(owing(kKeyA) != last);
  CHECK(bench.pick(kKeyB) == last);
  CHECK(owing(kKeyB) != last);
  bench.picker.release(last);
  CHECK(owing(kKeyB) != last);
  CHECK(bench.pick(kKeyA) == last);
}
