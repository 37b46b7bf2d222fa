// What one node says of a query that wishes a tally: rules of node/core/overlay/tallies.h.
#include "node/core/overlay/tallies.h"

#include <doctest/doctest.h>

#include "tests/unit/overlay/rig.h"

namespace freshet::core::testing {
namespace {

using wire::FrameType;
using wire::TallyCounts;

struct TallyRig : Rig {
  using Rig::Rig;
  /// A neighbour that knows tallies.
  LinkId counting(std::uint8_t peer) {
    const LinkId link = connect(peer);
    receive(link,
            {.guid = guid(0xAA), .type = FrameType::hello, .ttl = 1},
            wire::encode(wire::Hello{.agent = "test", .name = {}, .tally = true}));
    clear();
    return link;
  }
  void wish(LinkId link, std::uint8_t number, std::uint8_t ttl = 5, std::uint8_t hops = 0) {
    wire::Query query = words("boat");
    query.tally = true;
    receive(link,
            {.guid = guid(number), .type = FrameType::query, .ttl = ttl, .hops = hops},
            wire::encode(query));
  }
  void say(LinkId link, std::uint8_t number, const TallyCounts& counts, std::uint32_t settles = 1) {
    receive(link,
            {.guid = guid(number), .type = FrameType::tally, .ttl = 1},
            wire::encode(wire::Tally{.settles = settles, .counts = counts}));
  }
  void ask(std::uint8_t number, std::uint8_t ttl = 5) {
    search::Ask ask{.ask = search::AskId{7}, .query = words("boat"), .ttl = ttl};
    ask.query.tally = true;
    ask.guid = guid(number);
    give_search(ask);
  }
  /// What went out on `link`, in order.
  [[nodiscard]] std::vector<wire::Tally> told(LinkId link) const {
    std::vector<wire::Tally> found;
    for (const Sent& each : sent_on(link)) {
      if (each.header.type == FrameType::tally)
        found.push_back(wire::decode_tally(each.body).value());
    }
    return found;
  }
};

TEST_CASE("a node where the query ends answers at once") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  rig.counting(2);
  rig.wish(from, 1, 1, 3);
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].settles == 1);
  CHECK(rig.told(from)[0].counts == TallyCounts{.nodes = 1, .tallies = 1, .hops = 4});
}

TEST_CASE("a relay answers once, with the sum, when all to whom it sent copies have") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId one = rig.counting(2);
  const LinkId two = rig.counting(3);
  rig.wish(from, 1);
  const std::size_t size = wire::kFrameHeaderBytes + rig.sent_on(one)[0].body.size();
  rig.say(one, 1, {.nodes = 3, .queries = 4, .query_bytes = 100, .duplicates = 2, .hops = 3});
  CHECK(rig.told(from).empty());
  rig.say(two, 1, {.nodes = 1, .tallies = 1, .hops = 2});
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].counts
        == TallyCounts{.nodes = 5,
                       .queries = 6,
                       .query_bytes = 100 + 2 * size,
                       .duplicates = 2,
                       .tallies = 2,
                       .hops = 3});
}

TEST_CASE("a duplicate is answered at once, unless it crossed a copy of this node's") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId one = rig.counting(2);
  rig.wish(from, 1);
  rig.wish(one, 1);  // crossed
  CHECK(rig.told(one).empty());
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].counts.duplicates == 1);
  rig.wish(one, 1);
  REQUIRE(rig.told(one).size() == 1);
  CHECK(rig.told(one)[0].counts.duplicates == 1);
  CHECK(rig.told(one)[0].counts.nodes == 0);
}

TEST_CASE("a better copy takes the place of the one that the node hung by") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId better = rig.counting(2);
  const LinkId other = rig.counting(3);
  rig.wish(from, 1, 3, 4);
  rig.wish(better, 1, 7, 0);
  REQUIRE(rig.told(from).size() == 1);  // settled with what came so far
  CHECK(rig.told(from)[0].counts.nodes == 1);
  rig.say(from, 1, {.duplicates = 1});
  rig.say(other, 1, {.nodes = 1});
  rig.say(better, 1, {.duplicates = 1});
  CHECK(rig.told(better).empty());
  rig.say(other, 1, {.duplicates = 1});
  REQUIRE(rig.told(better).size() == 1);
  CHECK(rig.told(better)[0].counts.nodes == 1);
}

TEST_CASE("who does not answer in time is silent, and what comes later is passed on") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId mute = rig.counting(2);
  rig.wish(from, 1, 3);
  rig.advance(3 * rig.config.overlay.tally_step - 1ns);
  CHECK(rig.told(from).empty());
  rig.advance(1ns);
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].counts.silent == 1);
  CHECK(rig.told(from)[0].counts.nodes == 1);
  rig.say(mute, 1, {.nodes = 2});
  REQUIRE(rig.told(from).size() == 2);
  CHECK(rig.told(from)[1].settles == 0);
  CHECK(rig.told(from)[1].counts == TallyCounts{.nodes = 2, .tallies = 1});
}

TEST_CASE("a neighbour that knows no tallies is sent none, and is not waited for") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId old = rig.link_to(2);
  rig.wish(from, 1);
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].counts.silent == 1);
  rig.wish(old, 2);
  CHECK(rig.told(old).empty());
}

TEST_CASE("a link that goes is not waited for") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  const LinkId gone = rig.counting(2);
  rig.wish(from, 1);
  rig.drop(gone);
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].counts.silent == 1);
  rig.wish(from, 2);
  rig.drop(from);  // nobody is left to be told
  rig.advance(60s);
}

TEST_CASE("the origin tells its asker, and what does not add up is not exact") {
  TallyRig rig;
  const LinkId one = rig.counting(1);
  const LinkId two = rig.counting(2);
  rig.ask(1);
  rig.say(one, 1, {.nodes = 1, .hops = 1});
  CHECK(rig.tallied.empty());
  rig.say(two, 1, {.nodes = 1, .hops = 1});
  REQUIRE(rig.tallied.size() == 1);
  CHECK(rig.tallied[0].ask == 7);
  CHECK(rig.tallied[0].is_settled);
  CHECK(rig.tallied[0].is_exact);
  CHECK(rig.tallied[0].counts.nodes == 2);
  CHECK(rig.tallied[0].counts.queries == 2);

  rig.ask(2);
  rig.say(one, 2, {.nodes = 1'000'000});
  rig.say(two, 2, {.nodes = 1});
  CHECK(rig.tallied.back().is_settled);
  CHECK_FALSE(rig.tallied.back().is_exact);

  rig.ask(3, 0);
  CHECK(rig.tallied.back().is_exact);
  CHECK(rig.tallied.back().counts == TallyCounts{});
}

TEST_CASE("numbers without end overflow nothing") {
  TallyRig rig;
  const LinkId liar = rig.counting(1);
  rig.counting(2);
  rig.ask(1);
  const TallyCounts most{.nodes = wire::kMaxTallyCount,
                         .queries = wire::kMaxTallyCount,
                         .query_bytes = wire::kMaxTallyBytes,
                         .hops = wire::kMaxTallyHops};
  for (int i = 0; i < 100; ++i) rig.say(liar, 1, most, wire::kMaxTallySettles);
  CHECK(rig.counters.overlay.tallies_stray == 100 - 1 - overlay::Tally::kMaxLate);
  rig.advance(60s);
  REQUIRE_FALSE(rig.tallied.empty());
  CHECK_FALSE(rig.tallied.back().is_exact);
  CHECK(rig.tallied.back().counts.nodes == (1 + overlay::Tally::kMaxLate) * wire::kMaxTallyCount);
}

TEST_CASE("tallies of what nobody asked are stray, and a body that is none is an offence") {
  TallyRig rig;
  const LinkId link = rig.counting(1);
  rig.say(link, 1, {.nodes = 1});
  CHECK(rig.counters.overlay.tallies_stray == 1);
  rig.wish(link, 2);
  rig.say(link, 2, {.nodes = 1});  // no copy went there
  CHECK(rig.counters.overlay.tallies_stray == 2);
  CHECK(rig.counters.overlay.frames_malformed == 0);
  rig.receive(link, {.guid = guid(2), .type = FrameType::tally, .ttl = 1}, {0xFF});
  CHECK(rig.counters.overlay.frames_malformed == 1);
}

TEST_CASE("beyond so many at a time a node says at once that it does not count") {
  TallyRig rig;
  const LinkId from = rig.counting(1);
  rig.counting(2);
  for (std::uint8_t number = 1; number <= overlay::Tallies::kMaxTallies; ++number)
    rig.wish(from, number);
  CHECK(rig.told(from).empty());
  rig.wish(from, 200);
  REQUIRE(rig.told(from).size() == 1);
  CHECK(rig.told(from)[0].settles == 1);
  CHECK(rig.told(from)[0].counts.nodes == 1);
  CHECK(rig.told(from)[0].counts.silent == 1);
  CHECK(rig.counters.overlay.tallies_over_limit == 1);
  rig.advance(60s);  // the others gave up
  rig.wish(from, 201);
  CHECK(rig.counters.overlay.tallies_over_limit == 1);
}

}  // namespace
}  // namespace freshet::core::testing
