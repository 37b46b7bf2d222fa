// Tables of words by their hashes: never a word missing that is held, few that are not.
#include "node/core/overlay/strategy/word_table.h"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "tests/unit/overlay/strategy/strategy_rig.h"

namespace freshet::core::testing {
namespace {

using overlay::kMaxTableWords;
using overlay::term_hashes;
using overlay::WordTable;

TEST_CASE("a word's hash is the protocol's: every node computes the same") {
  CHECK(hash_word("") == 0xF52A15E9);
  CHECK(hash_word("boat") == 0xB196F802);
  CHECK(hash_word("b\xC3\xB6"
                  "at")
        == 0x675468E0);
}

TEST_CASE("a table has the bits that leave 127 places in 128 empty, 8 to 32") {
  CHECK(WordTable::bits_for(0) == 8);
  for (std::size_t words = 1; words <= kMaxTableWords; words = words * 3 / 2 + 1) {
    const std::uint8_t bits = WordTable::bits_for(words);
    REQUIRE(bits <= 32);
    CHECK((std::uint64_t{1} << bits) >= 128 * words);
    CHECK((bits == 8 || (std::uint64_t{1} << bits) <= 256 * words));
  }
  CHECK(WordTable::bits_for(std::size_t{1} << 40U) == 32);
}

TEST_CASE("a table holds every word that it was made of") {
  for (const std::size_t words : {std::size_t{0}, std::size_t{1}, std::size_t{5000}}) {
    const auto hashes = hashes_of(words, "held");
    const WordTable table(hashes, WordTable::bits_for(words));
    for (const std::uint32_t hash : hashes) CHECK(table.holds(hash));
  }
}

TEST_CASE("about one other word in 128, or fewer, passes by chance") {
  constexpr std::size_t kWords = 5000;
  const WordTable table(hashes_of(kWords, "held"), WordTable::bits_for(kWords));
  std::size_t passed = 0;
  constexpr std::size_t kOthers = 50000;
  for (const std::uint32_t hash : hashes_of(kOthers, "other")) passed += table.holds(hash) ? 1 : 0;
  CHECK(passed < kOthers / 100);
  CHECK(passed > 0);
}

TEST_CASE("places are ascending, each once, and below 2^bits") {
  const WordTable table(hashes_of(3000, "word"), 10);
  const std::vector<std::uint32_t> places(table.places().begin(), table.places().end());
  CHECK(std::is_sorted(places.begin(), places.end()));
  CHECK(std::adjacent_find(places.begin(), places.end()) == places.end());
  CHECK(places.back() < 1024);
}

TEST_CASE("a table of 32 bits knows hashes to the last bit") {
  const WordTable table({0, 7, 0xFFFFFFFF}, 32);
  CHECK(table.holds(0));
  CHECK(table.holds(7));
  CHECK(table.holds(0xFFFFFFFF));
  CHECK_FALSE(table.holds(6));
}

TEST_CASE("a query may match only if every term may, and always without terms") {
  const WordTable table({hash_word("blue"), hash_word("boat")}, 32);
  const auto may_match = [&](const std::vector<std::string>& terms) {
    std::vector<std::uint32_t> hashes;
    for (const std::string& term : terms) hashes.push_back(hash_word(term));
    return table.may_match(hashes);
  };
  CHECK(may_match({"blue", "boat"}));
  CHECK(may_match({"boat"}));
  CHECK_FALSE(may_match({"blue", "car"}));
  CHECK(may_match({}));
  CHECK_FALSE(WordTable().may_match(std::vector{hash_word("blue")}));
}

TEST_CASE("places are added and removed, whatever was there") {
  constexpr std::uint64_t kSeed = 17;
  CAPTURE(kSeed);
  Rng rng = Rng::from_seed(kSeed);
  WordTable table;
  table.reset(8);
  CHECK(table.bits() == 8);
  std::set<std::uint32_t> model;
  for (int round = 0; round < 200; ++round) {
    std::set<std::uint32_t> places;
    for (std::uint64_t i = rng.below(20); i > 0; --i)
      places.insert(static_cast<std::uint32_t>(rng.below(256)));
    const std::vector<std::uint32_t> list(places.begin(), places.end());
    if (rng.below(2) == 0) {
      table.add(list);
      model.insert(list.begin(), list.end());
    } else {
      table.remove(list);
      for (const std::uint32_t place : list) model.erase(place);
    }
    REQUIRE(std::equal(table.places().begin(), table.places().end(), model.begin(), model.end()));
  }
  table.reset(9);
  CHECK(table.places().empty());
  CHECK(table.bits() == 9);
}

TEST_CASE("the hashes of a query are those of its terms alone") {
  wire::Query query;
  query.excluded = {"red"};
  query.phrases = {"two words"};
  CHECK(term_hashes(wire::encode(query)).empty());
  query.terms = {"blue", "boat"};
  CHECK(term_hashes(wire::encode(query)) == std::vector{hash_word("blue"), hash_word("boat")});
  wire::Query content;
  content.content = ContentId{};
  CHECK(term_hashes(wire::encode(content)).empty());
  CHECK(term_hashes(Bytes{0x0A, 0x7F, 0x01}).empty());
}

}  // namespace
}  // namespace freshet::core::testing
