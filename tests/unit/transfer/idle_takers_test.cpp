// Who has a slot of a seed and makes nothing of it, while others want one.
#include <map>

#include <doctest/doctest.h>

#include "tests/unit/transfer/hand_played.h"

using namespace freshet;        // NOLINT(google-build-using-namespace): a test
using namespace freshet::test;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;
namespace bt = freshet::wire::bt;

namespace {

constexpr LinkId kLink{1};

/// A seed with so many slots, and takers on links 1, 2, ...
struct Seed {
  Seed(unsigned slots, Byte takers) : bench(with(slots)) {
    for (Byte i = 1; i <= takers; ++i) bench.serve(LinkId{i}, i, thing);
  }
  static Config with(unsigned slots) {
    Config config;
    config.upload_slots = config.min_upload_slots = config.max_upload_slots = slots;
    return config;
  }

  Bench bench;
  const Thing thing = Thing::make(1 << 20);
  const bt::Request request{{.piece = 0, .begin = 0, .length = 16384}};
};

}  // namespace

TEST_CASE("takers that ask for nothing do not keep a seed's slots from those that do") {
  Seed seed(4, 8);  // of which 1 to 4 never ask
  Bench& bench = seed.bench;
  const bt::Request& request = seed.request;
  std::map<Byte, std::size_t> served;
  for (int second = 0; second < 300; ++second) {
    bench.pass(1s);
    for (Byte i = 1; i <= 8; ++i) bench.tell(Writable{.link = LinkId{i}, .room_bytes = 1 << 20});
    if (second % 60 == 0) {
      for (Byte i = 1; i <= 4; ++i) bench.say(LinkId{i}, bt::KeepAlive{});
    }
    for (Byte i = 5; i <= 8; ++i) served[i] += count<SendBlock>(bench.say(LinkId{i}, request));
  }
  std::size_t all = 0;
  for (const auto& [peer, blocks] : served) {
    CHECK(blocks > 120);
    all += blocks;
  }
  CHECK(all > 4 * 300 * 2 / 3);
  CHECK(bench.counters.takers_idle >= 4);
}

TEST_CASE("who asks for what it cannot have, or reads nothing, does not keep a seed's slots") {
  Seed seed(2, 0);
  Bench& bench = seed.bench;
  const Thing& thing = seed.thing;
  const bt::Request& request = seed.request;
  const bt::Request senseless{{.piece = 9999, .begin = 0, .length = 16384}};
  std::size_t served = 0;
  const auto pass_seconds = [&](int seconds, const bt::Request& said) {
    for (int second = 0; second < seconds; ++second) {
      bench.pass(1s);
      if (second % 29 == 0) bench.say(kLink, said);
      for (Byte i = 2; i <= 3; ++i) {
        bench.tell(Writable{.link = LinkId{i}, .room_bytes = 1 << 20});
        served += count<SendBlock>(bench.say(LinkId{i}, request));
      }
    }
  };
  const auto begin = [&](std::uint32_t room) {
    bench.serve(kLink, 1, thing, room);
    for (Byte i = 2; i <= 3; ++i) bench.serve(LinkId{i}, i, thing);
  };
  SUBCASE("what it cannot have") {
    begin(1 << 20);
    pass_seconds(300, senseless);
    CHECK(bench.counters.takers_idle >= 2);
    CHECK(served > 2 * 300 * 2 / 3);
  }
  SUBCASE("what it does not read") {
    begin(2000);  // no room for a block
    pass_seconds(290, request);
    CHECK(bench.counters.takers_idle == 0);  // it may be slow
    pass_seconds(610, request);
    CHECK(bench.counters.takers_idle >= 2);
  }
}

TEST_CASE("a taker that waits for this node's rate keeps its slot") {
  Seed seed(1, 0);
  Bench& bench = seed.bench;
  const Thing& thing = seed.thing;
  const bt::Request& request = seed.request;
  bench.tell(SetRates{.up = 100, .down = 0});
  for (Byte i = 1; i <= 2; ++i) bench.serve(LinkId{i}, i, thing);
  for (int second = 0; second < 120; ++second) {
    for (Byte i = 1; i <= 2; ++i) bench.say(LinkId{i}, request);
    bench.pass(1s);
  }
  CHECK(bench.counters.takers_idle == 0);
}

TEST_CASE("a taker that rests is served again once the others leave") {
  Seed seed(2, 3);
  Bench& bench = seed.bench;
  const bt::Request& request = seed.request;
  const auto ask = [&](LinkId link) {
    return count<SendBlock>(bench.say(link, request));
  };
  while (bench.counters.takers_idle == 0 && bench.now < TimePoint{} + 60s) {
    bench.pass(1s);
    for (Byte i = 2; i <= 3; ++i) ask(LinkId{i});
  }
  REQUIRE(bench.counters.takers_idle == 1);
  REQUIRE(ask(kLink) == 0);
  const auto unchokes_within = [&](int seconds) {
    std::size_t unchokes = 0;
    for (int second = 0; second < seconds; ++second) unchokes += says<bt::Unchoke>(bench.pass(1s));
    return unchokes;
  };
  SUBCASE("while it waits") {
    for (Byte i = 2; i <= 3; ++i) bench.tell(LinkDown{LinkId{i}});
    CHECK(unchokes_within(10) == 1);
    CHECK(ask(kLink) == 1);
  }
  SUBCASE("and it wants something again") {
    bench.say(kLink, bt::NotInterested{});
    for (Byte i = 2; i <= 3; ++i) bench.tell(LinkDown{LinkId{i}});
    unchokes_within(20);
    CHECK(says<bt::Unchoke>(bench.say(kLink, bt::Interested{})) == 1);
    CHECK(ask(kLink) == 1);
  }
}

TEST_CASE("a taker that asks for something now and then does not rest for longer each time") {
  Seed seed(2, 3);
  Bench& bench = seed.bench;
  const bt::Request& request = seed.request;
  int choked_at = 0;
  int longest = 0;
  for (int second = 0; second < 400; ++second) {
    for (const Effect& effect : bench.pass(1s)) {
      const auto* send = std::get_if<Send>(&effect);
      if (send == nullptr || send->link != kLink) continue;
      if (says<bt::Choke>({effect}) > 0) choked_at = second;
      if (says<bt::Unchoke>({effect}) == 0) continue;
      longest = std::max(longest, second - choked_at);
      bench.say(kLink, request);  // one block each time that it has a slot again
    }
    for (Byte i = 1; i <= 3; ++i) bench.tell(Writable{.link = LinkId{i}, .room_bytes = 1 << 20});
    for (Byte i = 2; i <= 3; ++i) bench.say(LinkId{i}, request);
    if (second % 60 == 0) bench.say(kLink, bt::KeepAlive{});
  }
  CHECK(bench.counters.takers_idle >= 3);
  CHECK(longest < 80);
}

TEST_CASE("beside takers that rest who comes has a slot at once") {
  Seed seed(2, 3);
  Bench& bench = seed.bench;
  const Thing& thing = seed.thing;
  const bt::Request& request = seed.request;
  while (bench.counters.takers_idle < 3 && bench.now < TimePoint{} + 130s) bench.pass(1s);
  REQUIRE(bench.counters.takers_idle >= 3);
  bench.serve(LinkId{4}, 4, thing);
  CHECK(count<SendBlock>(bench.say(LinkId{4}, request)) == 1);
}
