// Query routing at one node: the last hop goes only where a neighbour's words may match, and tables
// travel only where somebody wants them.
#include <algorithm>
#include <functional>
#include <set>

#include <doctest/doctest.h>

#include "node/core/overlay/strategy/word_table.h"
#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using Links = std::vector<LinkId>;
using overlay::kMaxTableWords;
using wire::TableKind;

/// A node with three links; queries come on a.
struct Routed {
  Rig rig{quiet_config()};
  LinkId a = rig.link_to(1);
  LinkId b = rig.link_to(2);
  LinkId c = rig.link_to(3);
  std::uint32_t next_guid = 1000;

  /// Where a query goes that comes on a with this TTL.
  Links passed(std::uint8_t ttl = 2, const wire::Query& query = words("boat")) {
    rig.clear();
    query_body(rig, a, numbered(next_guid++), body_by(StrategyId::routed, query), ttl);
    return links_of(rig, FrameType::query);
  }
  /// A first query makes the node ask for tables; then b's comes.
  void hear(const wire::RouteTable& table) {
    passed();
    send_table(rig, b, table);
  }
  void set_words(std::vector<std::uint32_t> hashes) {
    rig.give_overlay(overlay::SetWords{.hashes = std::move(hashes)});
  }
};

// ---- what passes

TEST_CASE("routed: every neighbour is asked for its table, once") {
  Routed t;
  CHECK(t.passed(5) == Links{t.b, t.c});
  for (const LinkId link : {t.a, t.b, t.c}) {
    REQUIRE(tables_on(t.rig, link).size() == 1);
    CHECK(tables_on(t.rig, link)[0].kind == TableKind::want);
  }
  t.passed(5);
  t.passed(2);
  CHECK(t.rig.count(FrameType::route_table) == 0);
  CHECK(t.rig.counters.overlay.tables_out == 3);
}

TEST_CASE("routed: a last copy that cannot match is held back, and counted") {
  Routed t;
  t.hear(whole({"car"}));
  CHECK(t.passed(2) == Links{t.c});
  CHECK(t.rig.counters.overlay.query_suppressed == 1);
  CHECK(t.rig.lookups.size() == 1);
}

TEST_CASE("routed: a last copy that may match is sent") {
  Routed t;
  t.hear(whole({"boat", "car"}));
  CHECK(t.passed(2) == Links{t.b, t.c});
  CHECK(t.rig.counters.overlay.query_suppressed == 0);
}

TEST_CASE("routed: a copy that may travel beyond the neighbour is sent whatever its table says") {
  Routed t;
  t.hear(whole({}));
  for (std::uint8_t ttl = 3; ttl <= 7; ++ttl) CHECK(t.passed(ttl) == Links{t.b, t.c});
  CHECK(t.rig.counters.overlay.query_suppressed == 0);
}

TEST_CASE("routed: one missing term is enough to hold a copy back") {
  Routed t;
  t.hear(whole({"boat"}));
  wire::Query query = words("boat");
  query.terms.emplace_back("blue");
  CHECK(t.passed(2, query) == Links{t.c});
}

TEST_CASE("routed: a query without terms is decided by no table") {
  Routed t;
  t.hear(whole({}));
  wire::Query phrase;
  phrase.phrases = {"blue boat"};
  wire::Query exclusion;
  exclusion.excluded = {"boat"};
  wire::Query content;
  content.content = ContentId{};
  for (const wire::Query& query : {phrase, exclusion, content})
    CHECK(t.passed(2, query) == Links{t.b, t.c});
}

TEST_CASE("routed: a body that does not decode passes") {
  Routed t;
  t.hear(whole({}));
  t.rig.clear();
  Bytes body = body_by(StrategyId::routed);
  body.push_back(0x0A);  // a word that is cut off
  query_body(t.rig, t.a, guid(1), body, 2);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.b, t.c});
}

TEST_CASE("routed: the node's own queries are routed too") {
  Routed t;
  t.hear(whole({"car"}));
  ask(t.rig, StrategyId::routed, 1);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.a, t.c});
}

TEST_CASE("routed: floods are not held back") {
  Routed t;
  t.hear(whole({}));
  t.rig.clear();
  query_by(t.rig, t.a, guid(1), StrategyId::flood, 2);
  query_by(t.rig, t.a, guid(2), StrategyId::ring, 2);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.b, t.c, t.b, t.c});
}

// ---- tables of neighbours

TEST_CASE("routed: a neighbour whose table was not asked for or did not come gets every copy") {
  Routed t;
  send_table(t.rig, t.b, whole({}));  // nobody asked
  CHECK(t.passed(2) == Links{t.b, t.c});
  CHECK(t.passed(2) == Links{t.b, t.c});
}

TEST_CASE("routed: a neighbour that folds words by other rules is not asked, and gets every copy") {
  Rig rig{quiet_config()};
  const LinkId a = rig.link_to(1);
  const LinkId b = rig.connect(2);
  rig.receive(b,
              {.guid = guid(0xAA), .type = FrameType::hello, .ttl = 1},
              wire::encode(wire::Hello{.agent = "test", .name = "peer", .tokenizer_version = 9}));
  for (std::uint8_t n = 1; n <= 3; ++n) {
    rig.clear();
    query_by(rig, a, guid(n), StrategyId::routed, 2);
    CHECK(links_of(rig, FrameType::query) == Links{b});
    CHECK(tables_on(rig, b).empty());
    send_table(rig, b, whole({}));
  }
}

TEST_CASE("routed: a table in several frames decides nothing until the last one came") {
  Routed t;
  t.passed();
  wire::RouteTable first = whole({"car"});
  first.more = true;
  send_table(t.rig, t.b, first);
  CHECK(t.passed(2) == Links{t.b, t.c});
  send_table(t.rig, t.b, whole({"blue"}));  // the same sequence: it goes on
  CHECK(t.passed(2) == Links{t.c});
  CHECK(t.passed(2, words("car")) == Links{t.b, t.c});
  CHECK(t.passed(2, words("blue")) == Links{t.b, t.c});
}

TEST_CASE("routed: patches add words and remove them") {
  Routed t;
  t.hear(whole({"car", "blue"}, 5));
  send_table(t.rig, t.b, patch(6, {"boat"}, {"car"}));
  CHECK(t.passed(2, words("boat")) == Links{t.b, t.c});
  CHECK(t.passed(2, words("blue")) == Links{t.b, t.c});
  CHECK(t.passed(2, words("car")) == Links{t.c});
  send_table(t.rig, t.b, patch(7, {}, {"boat"}));
  CHECK(t.passed(2, words("boat")) == Links{t.c});
  CHECK(tables_on(t.rig, t.b).empty());
}

TEST_CASE("routed: a patch in several frames decides nothing until the last one came") {
  Routed t;
  t.hear(whole({"car"}, 5));
  wire::RouteTable first = patch(6, {"blue"}, {"car"});
  first.more = true;
  send_table(t.rig, t.b, first);
  CHECK(t.passed(2) == Links{t.b, t.c});
  send_table(t.rig, t.b, patch(6, {"red"}, {}));
  CHECK(t.passed(2, words("boat")) == Links{t.c});
  CHECK(t.passed(2, words("car")) == Links{t.c});
  CHECK(t.passed(2, words("blue")) == Links{t.b, t.c});
  CHECK(t.passed(2, words("red")) == Links{t.b, t.c});
}

void asks_anew_after(const wire::RouteTable& table, const wire::RouteTable& odd) {
  Routed t;
  t.hear(table);
  t.rig.clear();
  send_table(t.rig, t.b, odd);
  CHECK(t.rig.counters.overlay.tables_dropped == 1);
  CHECK(wishes(t.rig, t.b) == std::vector<std::uint8_t>{1});
  CHECK(t.rig.sent.size() == 1);
  CHECK(t.passed(2) == Links{t.b, t.c});
  CHECK(t.rig.count(FrameType::route_table) == 0);
  send_table(t.rig, t.b, whole({"car"}, 9));
  CHECK(t.passed(2) == Links{t.c});
}

TEST_CASE("routed: a gap in the sequence makes it ask anew, and everything passes meanwhile") {
  asks_anew_after(whole({"car"}, 5), patch(7, {"blue"}, {}));
}

TEST_CASE("routed: a patch that came twice makes it ask anew") {
  asks_anew_after(whole({"car"}, 5), patch(5, {"blue"}, {}));
}

TEST_CASE("routed: a patch of another size makes it ask anew") {
  wire::RouteTable odd = patch(6, {}, {});
  odd.bits = kBits + 1;
  asks_anew_after(whole({"car"}, 5), odd);
}

TEST_CASE("routed: a patch after `everything` makes it ask anew") {
  wire::RouteTable everything;
  everything.kind = TableKind::everything;
  everything.sequence = 5;
  asks_anew_after(everything, patch(6, {"car"}, {}));
}

TEST_CASE("routed: a new whole table replaces the one before") {
  Routed t;
  t.hear(whole({"car"}, 5));
  send_table(t.rig, t.b, whole({"blue"}, 6));
  CHECK(t.passed(2, words("car")) == Links{t.c});
  CHECK(t.passed(2, words("blue")) == Links{t.b, t.c});
  wire::RouteTable wider = whole({}, 7);
  wider.bits = 20;
  wider.added = {hash_word("boat") >> 12U};
  send_table(t.rig, t.b, wider);
  CHECK(t.passed(2, words("boat")) == Links{t.b, t.c});
  CHECK(t.passed(2, words("blue")) == Links{t.c});
}

TEST_CASE("routed: a neighbour that has everything gets everything, until its table comes") {
  Routed t;
  wire::RouteTable everything;
  everything.kind = TableKind::everything;
  t.hear(everything);
  CHECK(t.passed(2) == Links{t.b, t.c});
  send_table(t.rig, t.b, whole({"car"}, 6));
  CHECK(t.passed(2) == Links{t.c});
}

TEST_CASE("routed: a table larger than an honest node sends stands for everything") {
  Routed t;
  t.passed();
  wire::RouteTable part;
  part.kind = TableKind::whole;
  part.sequence = 1;
  part.bits = 32;
  std::uint32_t next = 0;
  for (std::size_t sent = 0; sent <= 2 * kMaxTableWords; sent += wire::kMaxTablePlaces) {
    part.added.clear();
    for (std::size_t i = 0; i < wire::kMaxTablePlaces; ++i) part.added.push_back(next++);
    part.more = sent + wire::kMaxTablePlaces <= 2 * kMaxTableWords;
    send_table(t.rig, t.b, part);
  }
  CHECK(t.passed(2) == Links{t.b, t.c});
}

TEST_CASE("routed: a link that is gone takes its table along") {
  Routed t;
  t.hear(whole({"car"}));
  t.rig.drop(t.b);
  const LinkId again = t.rig.link_to(2);
  CHECK(t.passed(2) == Links{t.c, again});
  CHECK(wishes(t.rig, again).size() == 1);
}

TEST_CASE("routed: a table that does not decode is an offence and changes nothing") {
  Routed t;
  t.hear(whole({"car"}));
  t.rig.receive(
      t.b, {.guid = guid(1), .type = FrameType::route_table, .ttl = 1}, Bytes{0x08, 0x09});
  CHECK(t.rig.counters.overlay.frames_malformed == 1);
  CHECK(t.passed(2) == Links{t.c});
}

// ---- this node's own table

std::vector<std::uint32_t> all_places(const std::vector<wire::RouteTable>& parts) {
  std::vector<std::uint32_t> places;
  for (const wire::RouteTable& part : parts)
    places.insert(places.end(), part.added.begin(), part.added.end());
  return places;
}

bool is_table_of(const wire::RouteTable& table, const std::vector<std::uint32_t>& hashes) {
  const overlay::WordTable wanted(hashes, table.bits);
  return std::equal(
      table.added.begin(), table.added.end(), wanted.places().begin(), wanted.places().end());
}

TEST_CASE("routed: the host is asked for the words once, when the first neighbour wants them") {
  Routed t;
  CHECK(t.rig.words_needed == 0);
  want_table(t.rig, t.a);
  CHECK(t.rig.words_needed == 1);
  want_table(t.rig, t.b);
  want_table(t.rig, t.a);
  CHECK(t.rig.words_needed == 1);
  CHECK(t.rig.sent.empty());
  const auto words = hashes_of(20);
  t.set_words(words);
  for (const LinkId link : {t.a, t.b}) {
    REQUIRE(tables_on(t.rig, link).size() == 1);
    const wire::RouteTable table = tables_on(t.rig, link)[0];
    CHECK(table.kind == TableKind::whole);
    CHECK_FALSE(table.more);
    CHECK(is_table_of(table, words));
  }
  CHECK(tables_on(t.rig, t.c).empty());
  t.rig.clear();
  want_table(t.rig, t.c);
  CHECK(is_table_of(tables_on(t.rig, t.c).at(0), words));
  CHECK(t.rig.words_needed == 1);
}

TEST_CASE("routed: a node without words says so by an empty table") {
  Routed t;
  t.set_words({});
  want_table(t.rig, t.a);
  const auto tables = tables_on(t.rig, t.a);
  REQUIRE(tables.size() == 1);
  CHECK(tables[0].kind == TableKind::whole);
  CHECK(tables[0].added.empty());
}

TEST_CASE("routed: words that change go out as a patch, to those who have the table") {
  Routed t;
  auto words = hashes_of(20);
  t.set_words(words);
  want_table(t.rig, t.a);
  const wire::RouteTable before = tables_on(t.rig, t.a).at(0);
  t.rig.clear();
  t.set_words(words);  // no change
  CHECK(t.rig.sent.empty());
  const std::uint32_t gone = words.back();
  words.back() = hash_word("boat");
  t.set_words(words);
  REQUIRE(t.rig.sent.size() == 1);
  const wire::RouteTable patch = tables_on(t.rig, t.a).at(0);
  CHECK(patch.kind == TableKind::patch);
  CHECK(patch.bits == before.bits);
  CHECK(patch.sequence == before.sequence + 1);
  const unsigned shift = 32U - patch.bits;
  CHECK(patch.added == std::vector{hash_word("boat") >> shift});
  CHECK(patch.removed == std::vector{gone >> shift});
}

TEST_CASE("routed: a table that outgrew its size is sent whole, one that shrank as a patch") {
  Routed t;
  t.set_words(hashes_of(20));
  want_table(t.rig, t.a);
  const std::uint8_t bits = tables_on(t.rig, t.a).at(0).bits;
  t.rig.clear();
  t.set_words(hashes_of(200));
  const wire::RouteTable grown = tables_on(t.rig, t.a).at(0);
  CHECK(grown.kind == TableKind::whole);
  CHECK(grown.bits > bits);
  CHECK(is_table_of(grown, hashes_of(200)));
  t.rig.clear();
  t.set_words(hashes_of(20));
  const wire::RouteTable shrunk = tables_on(t.rig, t.a).at(0);
  CHECK(shrunk.kind == TableKind::patch);
  CHECK(shrunk.bits == grown.bits);
  CHECK(shrunk.removed.size() == 180);
}

TEST_CASE("routed: a large table goes in several frames, each within its limit") {
  Routed t;
  const auto words = hashes_of(40000);
  t.set_words(words);
  want_table(t.rig, t.a);
  const auto parts = tables_on(t.rig, t.a);
  REQUIRE(parts.size() == 3);
  for (const wire::RouteTable& part : parts) {
    CHECK(part.kind == TableKind::whole);
    CHECK(part.sequence == parts[0].sequence);
    CHECK(part.bits == parts[0].bits);
    CHECK(part.added.size() <= wire::kMaxTablePlaces);
    CHECK(part.more == (&part != &parts.back()));
  }
  wire::RouteTable all = parts[0];
  all.added = all_places(parts);
  CHECK(is_table_of(all, words));
}

TEST_CASE("routed: a node with too many words has `everything`, until it has fewer") {
  Routed t;
  want_table(t.rig, t.a);
  t.set_words(hashes_of(kMaxTableWords + 1));
  REQUIRE(tables_on(t.rig, t.a).size() == 1);
  CHECK(tables_on(t.rig, t.a)[0].kind == TableKind::everything);
  CHECK(t.rig.sent[0].body.size() < 16);
  t.rig.clear();
  t.set_words(hashes_of(10));
  want_table(t.rig, t.a);  // as after a patch that does not fit
  const auto parts = tables_on(t.rig, t.a);
  REQUIRE_FALSE(parts.empty());
  CHECK(parts.back().kind == TableKind::whole);
  CHECK(is_table_of(parts.back(), hashes_of(10)));
}

TEST_CASE("routed: a neighbour that left gets no patches") {
  Routed t;
  t.set_words(hashes_of(10));
  want_table(t.rig, t.a);
  t.rig.drop(t.a);
  t.rig.clear();
  t.set_words(hashes_of(11));
  CHECK(t.rig.sent.empty());
}

// ---- wishes spread

TEST_CASE("routed: a wish spreads with one TTL less, to whoever was not asked yet") {
  Routed t;
  t.set_words({});
  want_table(t.rig, t.a, 3);
  for (const LinkId link : {t.a, t.b, t.c})
    CHECK(wishes(t.rig, link) == std::vector<std::uint8_t>{2});
  t.rig.clear();
  want_table(t.rig, t.b, 3);
  for (const LinkId link : {t.a, t.b, t.c}) CHECK(wishes(t.rig, link).empty());
}

TEST_CASE("routed: a wish with TTL 1 is answered and spreads no further") {
  Routed t;
  t.set_words({});
  want_table(t.rig, t.a, 1);
  CHECK(t.rig.sent.size() == 1);
  CHECK(links_of(t.rig, FrameType::route_table) == Links{t.a});
}

TEST_CASE("routed: no wish makes others spread further than a node's own does") {
  Routed t;
  t.passed(2);
  const std::uint8_t own = wishes(t.rig, t.b).at(0);
  CHECK(own > 1);
  Routed other;
  want_table(other.rig, other.a, 15);
  CHECK(wishes(other.rig, other.b).at(0) == own - 1);
}

// ---- auto

/// Lets auto's queries come on a until b is asked for its table; how many it took, at most `most`.
std::uint32_t queries_until_asked(Routed& t, std::uint32_t most) {
  for (std::uint32_t i = 1; i <= most; ++i) {
    t.rig.clear();
    query_by(t.rig, t.a, numbered(t.next_guid++), StrategyId::automatic, 2);
    CHECK(links_of(t.rig, FrameType::query) == Links{t.b, t.c});
    if (!wishes(t.rig, t.b).empty()) return i;
  }
  return most + 1;
}

TEST_CASE("routed: auto asks for a table when copies have cost as much as it will") {
  for (const std::size_t words : {std::size_t{10}, std::size_t{100}}) {
    Routed t;
    t.set_words(hashes_of(words));
    want_table(t.rig, t.c);  // c's neighbour is taken to have as many words
    const std::size_t table_bytes = t.rig.sent_on(t.c).at(0).body.size() + wire::kFrameHeaderBytes;
    const std::size_t copy_bytes = body_by(StrategyId::automatic).size() + wire::kFrameHeaderBytes;
    const std::uint32_t taken = queries_until_asked(t, 100);
    CHECK(taken > 1);
    CHECK(taken * copy_bytes >= table_bytes);
    CHECK((taken - 1) * copy_bytes < 2 * table_bytes + 100);
    CHECK(wishes(t.rig, t.b) == std::vector<std::uint8_t>{1});  // it spreads no further
    CHECK(wishes(t.rig, t.a).empty());                          // no copy goes there
  }
}

TEST_CASE("routed: auto asks for no table before it knows how large its own is") {
  Routed t;
  CHECK(queries_until_asked(t, 50) == 51);
  CHECK(t.rig.words_needed == 1);
  t.set_words({});
  CHECK(queries_until_asked(t, 50) == 1);
}

TEST_CASE("routed: auto asks nothing while copies may travel on") {
  Routed t;
  t.set_words({});
  for (std::uint32_t i = 0; i < 50; ++i)
    query_by(t.rig, t.a, numbered(i), StrategyId::automatic, 3);
  CHECK(t.rig.count(FrameType::route_table) == 0);
  CHECK(t.rig.words_needed == 0);
}

TEST_CASE("routed: auto holds back what routed would") {
  Routed t;
  t.hear(whole({"car"}));
  t.rig.clear();
  query_by(t.rig, t.a, guid(1), StrategyId::automatic, 2);
  query_by(t.rig, t.a, guid(2), StrategyId::automatic, 3);
  CHECK(links_of(t.rig, FrameType::query) == Links{t.c, t.b, t.c});
}

// ---- two nodes

/// Carries the route tables of one node to the other, and back, until both are silent. All other
/// frames are let go.
void exchange(Rig& one, LinkId of_one, Rig& two, LinkId of_two) {
  while (one.count(FrameType::route_table) + two.count(FrameType::route_table) > 0) {
    const auto from_one = one.sent_on(of_one);
    const auto from_two = two.sent_on(of_two);
    one.clear();
    two.clear();
    const auto carry = [](const std::vector<Rig::Sent>& frames, Rig& to, LinkId link) {
      for (const Rig::Sent& each : frames) {
        if (each.header.type == FrameType::route_table) to.receive(link, each.header, each.body);
      }
    };
    carry(from_one, two, of_two);
    carry(from_two, one, of_one);
  }
}

TEST_CASE("routed: whatever words come and go, exactly what cannot match is held back") {
  constexpr std::uint64_t kSeed = 23;
  CAPTURE(kSeed);
  Rng rng = Rng::from_seed(kSeed);
  Routed asking;
  Rig holding(quiet_config());
  const LinkId back = holding.link_to(9);
  asking.passed();
  std::set<std::uint32_t> held;
  for (int round = 0; round < 60; ++round) {
    for (std::uint64_t i = rng.below(30); i > 0; --i)
      held.insert(static_cast<std::uint32_t>(rng.below(200)));
    for (std::uint64_t i = rng.below(30); i > 0; --i)
      held.erase(static_cast<std::uint32_t>(rng.below(200)));
    std::vector<std::uint32_t> hashes;
    for (const std::uint32_t word : held) hashes.push_back(hash_word("w" + std::to_string(word)));
    holding.give_overlay(overlay::SetWords{.hashes = hashes});
    exchange(asking.rig, asking.b, holding, back);
    std::size_t sent = 0;
    for (std::uint32_t word = 0; word < 200; ++word) {
      const Links links = asking.passed(2, words("w" + std::to_string(word)));
      const bool is_sent = std::count(links.begin(), links.end(), asking.b) > 0;
      REQUIRE((is_sent || held.count(word) == 0));
      sent += is_sent ? 1 : 0;
    }
    CHECK(sent < held.size() + 20);
  }
}

}  // namespace
}  // namespace freshet::core::testing
