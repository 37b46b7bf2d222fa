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
