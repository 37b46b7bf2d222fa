// What is asked of which link, with the sources played by hand.
#include <doctest/doctest.h>

#include "tests/unit/transfer/hand_played.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

constexpr LinkId kA{1};
constexpr LinkId kB{2};

/// The blocks that were asked of a link.
std::vector<bt::BlockRange> asked(const std::vector<Effect>& effects, LinkId of) {
  std::vector<Effect> own;
  for (const Effect& effect : effects) {
    const auto* send = std::get_if<Send>(&effect);
    if (send != nullptr && send->link == of) own.push_back(effect);
  }
  std::vector<bt::BlockRange> blocks;
  for (const bt::Message& message : sent(own)) {
    if (const auto* request = std::get_if<bt::Request>(&message)) blocks.push_back(request->block);
  }
  return blocks;
}

/// Dials back: a source whose claim of the size is that of the fetch.
void meet(Bench& bench, LinkId link, Byte peer, const Thing& thing) {
  bench.come_in(link, peer);
  bench.shake(link, thing.id);
}

/// A fetch with memory for two pieces, all of it with those that A has. B has others.
struct FullMemory {
  FullMemory(std::uint32_t of_a_pieces, std::uint32_t of_b_pieces) : bench(limited()) {
    for (std::uint32_t i = 0; i < of_a_pieces; ++i) a_has.add(i);
    for (std::uint32_t i = 0; i < of_b_pieces; ++i) b_has.add(of_a_pieces + i);
    bench.tell(StartFetch{.content = thing.id,
                          .size_claim = thing.shape.size,
                          .sources = {},
                          .resumed_size = thing.shape.size});
    bench.tell(StorageReady{.content = thing.id, .have = PieceSet(thing.shape.piece_count)});
    meet(bench, kA, 1, thing);
    bench.say(kA, bt::Bitfield{a_has.bitfield()});
    of_a = asked(bench.say(kA, bt::Unchoke{}), kA);
    REQUIRE(of_a.size() == 4);
    meet(bench, kB, 2, thing);
    bench.say(kB, bt::Bitfield{b_has.bitfield()});
    CHECK(asked(bench.say(kB, bt::Unchoke{}), kB).empty());  // no memory for a third piece
  }
  static Config limited() {
    Config config;
    config.max_open_bytes = 1;  // two pieces then
    return config;
  }

  static Thing big() { return Thing::make(std::uint64_t{65} << 20U); }  // pieces of two blocks

  Bench bench;
  const Thing thing = big();
  PieceSet a_has{thing.shape.piece_count};
  PieceSet b_has{thing.shape.piece_count};
  std::vector<bt::BlockRange> of_a;
};

}  // namespace

TEST_CASE("the last block, which proves the size, is never asked twice of one link") {
  Bench bench;
  const Thing thing = Thing::make(20 * 16384);
  bench.tell(StartFetch{
      .content = thing.id, .size_claim = thing.shape.size, .sources = {}, .resumed_size = {}});
  const bt::BlockRange last{.piece = 19, .begin = 0, .length = 16384};
  for (const LinkId link : {kA, kB}) {
    meet(bench, link, static_cast<Byte>(link.value), thing);
    bench.say(link, bt::HaveAll{});
    const auto blocks = asked(bench.say(link, bt::Unchoke{}), link);
    REQUIRE(std::count(blocks.begin(), blocks.end(), last) == 1);
  }
  const auto effects = bench.say(kA, bt::Reject{last});
  const auto again = asked(effects, kB);
  CHECK(std::count(again.begin(), again.end(), last) == 0);
}

TEST_CASE("pieces whose holder chokes give way to those that another link can bring") {
  const std::uint32_t pieces = FullMemory::big().shape.piece_count;
  FullMemory memory(pieces / 2, pieces - pieces / 2);
  auto& [bench, thing, lower, upper, of_a] = memory;
  bench.tell(BlockArrived{.link = kA, .block = of_a[0]});

  auto effects = bench.say(kA, bt::Choke{});
  for (std::size_t i = 1; i < of_a.size(); ++i) {
    const auto more = bench.say(kA, bt::Reject{of_a[i]});
    effects.insert(effects.end(), more.begin(), more.end());
  }
  const auto of_b = asked(effects, kB);
  REQUIRE(of_b.size() == 4);
  CHECK(upper.has(of_b[0].piece));
  CHECK(count<DropPiece>(effects) == 2);

  SUBCASE("and wait for their turn when it serves again") {
    CHECK(asked(bench.say(kA, bt::Unchoke{}), kA).empty());
    for (const bt::BlockRange& block : of_b) bench.tell(BlockArrived{.link = kB, .block = block});
    CHECK(bench.counters.pieces_abandoned == 2);
  }
}

TEST_CASE("pieces that their holder has not got after all give way to others") {
  FullMemory memory(2, 2);
  auto& [bench, thing, first, second, of_a] = memory;
  std::vector<bt::BlockRange> of_b;
  for (const bt::BlockRange& block : of_a) {
    for (const auto& more : asked(bench.say(kA, bt::Reject{block}), kB)) of_b.push_back(more);
  }
  CHECK(of_b.size() == 4);
}

TEST_CASE("the last block is not asked twice of one link once the size is proven either") {
  Bench bench;
  const Thing thing = Thing::make(5000);  // the one block
  bench.tell(StartFetch{
      .content = thing.id, .size_claim = thing.shape.size, .sources = {}, .resumed_size = {}});
  const bt::BlockRange last{.piece = 0, .begin = 0, .length = 5000};
  for (const LinkId link : {kA, kB}) {
    meet(bench, link, static_cast<Byte>(link.value), thing);
    bench.say(link, bt::HaveAll{});
    REQUIRE(asked(bench.say(link, bt::Unchoke{}), link).size() == 1);
  }
  bench.tell(BlockArrived{.link = kA, .block = last});
  const auto proven = bench.tell(BlockChecked{.content = thing.id, .block = last, .ok = true});
  REQUIRE(count<PrepareStorage>(proven) == 1);
  bench.tell(StorageReady{.content = thing.id, .have = PieceSet(1)});
  // What was kept of it is bad all the same.
  const auto effects =
      bench.tell(Verified{.content = thing.id, .piece = 0, .verdict = Verdict::bad});
  CHECK(asked(effects, kB).size() == 1);
}
