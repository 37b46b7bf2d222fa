// Beginnings, alternatives and filters in the index, against looking at every file.
#include <algorithm>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/search/file_filter.h"
#include "node/core/search/index.h"
#include "node/core/search/index_prefix.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

using Numbers = std::vector<std::uint32_t>;

class Shelf {
 public:
  explicit Shelf(std::vector<std::string> names) : names_(std::move(names)) {
    for (std::size_t i = 0; i < names_.size(); ++i)
      index.add(FileNumber{static_cast<std::uint32_t>(i)}, bytes_of(names_[i]));
  }
  [[nodiscard]] Numbers find(const std::vector<std::string>& typed,
                             std::size_t limit = 1000) const {
    const auto query = parse_query(typed);
    REQUIRE(query.ok());
    Index::Accept accept;
    if (query->filter) {
      accept = [&](FileNumber file) {
        return passes(*query->filter, {.path = names_[file.value], .size_bytes = file.value});
      };
    }
    Numbers numbers;
    for (const FileNumber file : index.find(*query, limit, accept)) numbers.push_back(file.value);
    return numbers;
  }
  Index index{7};

 private:
  std::vector<std::string> names_;
};

}  // namespace

TEST_CASE("a beginning finds every word that begins so, in the names' order") {
  const Shelf shelf({"holiday.jpg", "hollow.txt", "holm", "Holiday_Photos.png", "aholiday"});
  CHECK(shelf.find({"hol*"}) == Numbers{0, 1, 2, 3});
  CHECK(shelf.find({"holid*"}) == Numbers{0, 3});
  CHECK(shelf.find({"holid*", "photos"}) == Numbers{3});
  CHECK(shelf.find({"holid*", "-photos"}) == Numbers{0});
  CHECK(shelf.find({"xyz*"}).empty());
}

TEST_CASE("of alternatives one must match, whatever its form") {
  const Shelf shelf({"red boat", "blue ship", "green raft", "old big ship", "boathouse"});
  CHECK(shelf.find({"boat", "OR", "ship"}) == Numbers{0, 1, 3});
  CHECK(shelf.find({"raft", "OR", "big ship"}) == Numbers{2, 3});
  CHECK(shelf.find({"boat*", "OR", "big ship"}) == Numbers{0, 3, 4});
  CHECK(shelf.find({"unheard", "OR", "raft"}) == Numbers{2});
  CHECK(shelf.find({"blue", "boat", "OR", "ship"}) == Numbers{1});
  CHECK(shelf.find({"unheard", "OR", "never"}).empty());
}

TEST_CASE("filters alone look through everything, and the limit counts what passes") {
  const Shelf shelf({"a.mp3", "b.MKV", "c", "Films/d.txt", "e.mp4"});
  CHECK(shelf.find({"type:video"}) == Numbers{1, 4});
  CHECK(shelf.find({"type:video"}, 1) == Numbers{1});
  CHECK(shelf.find({"ext:mp3,txt"}) == Numbers{0, 3});
  CHECK(shelf.find({"path:films"}) == Numbers{3});
  CHECK(shelf.find({"size:>=2"}) == Numbers{2, 3, 4});
  CHECK(shelf.find({"size:>=2", "ext:mp4"}) == Numbers{4});
}

TEST_CASE("removed files are found by nothing") {
  Shelf shelf({"boat.mp4", "boat.mkv"});
  shelf.index.remove(FileNumber{0});
  CHECK(shelf.find({"boa*"}) == Numbers{1});
  CHECK(shelf.find({"type:video"}) == Numbers{1});
}

TEST_CASE("words that begin in some way are the same, sorted or still in the tail") {
  constexpr std::uint64_t seed = 31;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  TermTable terms(1);
  SortedTerms sorted;
  std::vector<std::string> words;
  for (int i = 0; i < 20'000; ++i) {
    std::string word;
    for (std::uint64_t n = rng.below(5) + 1; n > 0; --n)
      word += static_cast<char>('a' + rng.below(4));
    if (terms.find(word)) continue;
    sorted.add(terms.intern(word), terms);
    words.push_back(word);
    if (words.size() % 97 != 0) continue;
    const std::string prefix = word.substr(0, rng.below(word.size()) + 1);
    const auto expected = std::count_if(words.begin(), words.end(), [&](const std::string& each) {
      return each.starts_with(prefix);
    });
    const auto found = sorted.matching(prefix, terms);
    CHECK(found.size() == static_cast<std::size_t>(expected));
    CHECK(std::all_of(found.begin(), found.end(), [&](TermNumber term) {
      return terms.word(term).starts_with(prefix);
    }));
  }
  CHECK(words.size() > 1024);
}

}  // namespace freshet::core::search
