// What a file says of itself, as words of the index and as fields of a query.
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "node/core/search/file_filter.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"
#include "node/core/word_hash.h"

namespace freshet::core::search {
namespace {

using Words = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

const wire::FileMetadata kSong{.artist = "Björk", .title = "Jóga", .album = "Homogenic"};

struct Fixture {
  Index index{42};

  Fixture() {
    index.add(FileNumber{1}, bytes_of("music/01.mp3"));
    index.add(FileNumber{2}, bytes_of("music/bjork.txt"));
    add_song(1);
  }
  void add_song(std::uint32_t number) {
    const std::array<std::string_view, 3> texts = {kSong.artist, kSong.title, kSong.album};
    index.add(FileNumber{number}, bytes_of("music/01.mp3"), texts);
  }
  [[nodiscard]] Numbers find(const Words& typed) const {
    const auto query = parse_query(typed);
    REQUIRE(query.ok());
    Index::Accept accept;
    if (query->filter) {
      accept = [&](FileNumber file) {
        return passes(*query->filter,
                      {.path = file.value == 1 ? "music/01.mp3" : "music/bjork.txt",
                       .metadata = file.value == 1 ? &kSong : nullptr});
      };
    }
    Numbers numbers;
    for (const FileNumber file : index.find(*query, 100, accept)) numbers.push_back(file.value);
    return numbers;
  }
};

std::string problem_of(const Words& typed) {
  const auto query = parse_query(typed);
  REQUIRE_FALSE(query.ok());
  return query.error().message;
}

}  // namespace

TEST_CASE("plain words find a file by what it says of itself, together with its name") {
  const Fixture f;
  CHECK(f.find({"joga"}) == Numbers{1});
  CHECK(f.find({"bjork"}) == Numbers{2, 1});
  CHECK(f.find({"01", "bjork", "homogenic"}) == Numbers{1});
  CHECK(f.find({"bjork", "-homogenic"}) == Numbers{2});
  CHECK(f.find({"homo*"}) == Numbers{1});
}

TEST_CASE("a phrase does not reach from one text into the next") {
  const Fixture f;
  CHECK(f.find({"mp3 bjork"}).empty());
  CHECK(f.find({"bjork joga"}).empty());
  CHECK(f.find({"3 bjork"}).empty());
  CHECK(f.find({"01 mp3"}) == Numbers{1});
}

TEST_CASE("a field finds only what says it there") {
  const Fixture f;
  CHECK(f.find({"artist:bjork"}) == Numbers{1});
  CHECK(f.find({"artist:BJÖRK", "title:joga", "album:Homogenic"}) == Numbers{1});
  CHECK(f.find({"title:bjork"}).empty());
  CHECK(f.find({"artist:joga"}).empty());
  CHECK(f.find({"artist:mp3"}).empty());
  CHECK(f.find({"artist:nobody"}).empty());
  CHECK(f.find({"01", "artist:bjork"}) == Numbers{1});
  CHECK(f.find({"txt", "artist:bjork"}).empty());
}

TEST_CASE("several words of a field may stand in any order, and all must be there") {
  const wire::FileMetadata song{.artist = "Daft Punk"};
  const FileFacts file{.path = "x", .metadata = &song};
  const auto finds = [&](const std::string& argument) {
    return passes(*parse_query({argument})->filter, file);
  };
  CHECK(finds("artist:punk daft"));
  CHECK(finds("artist:DaftPunk"));
  CHECK_FALSE(finds("artist:daft hands"));
  CHECK_FALSE(finds("album:daft"));
}

TEST_CASE("what is said can change, and is gone with the file") {
  Fixture f;
  f.index.add(FileNumber{1}, bytes_of("music/01.mp3"));
  CHECK(f.find({"joga"}).empty());
  f.add_song(1);
  f.add_song(1);
  CHECK(f.find({"joga"}) == Numbers{1});
  f.index.remove(FileNumber{1});
  CHECK(f.find({"joga"}).empty());
}

TEST_CASE("the words of what files say are in the node's table of words, also after a rebuild") {
  Fixture f;
  for (std::uint32_t i = 0; i < 5000; ++i) f.add_song(1);  // each leaves a dead one behind
  CHECK(f.find({"joga"}) == Numbers{1});
  CHECK(f.find({"bjork joga"}).empty());
  CHECK_FALSE(f.index.lacks_word("homogenic"));
  const auto hashes = f.index.word_hashes();
  for (const char* word : {"bjork", "joga", "homogenic"})
    CHECK(std::find(hashes.begin(), hashes.end(), hash_word(word)) != hashes.end());
}

TEST_CASE("a field without a word is refused at its column") {
  CHECK(problem_of({"red", "artist:--"}).starts_with("column 5: no word"));
  CHECK(problem_of({"title:"}).starts_with("column 1: "));
  CHECK(problem_of({"-album:x"}).starts_with("column 1: "));
}

TEST_CASE("fields travel with the query") {
  const auto query = parse_query({"artist:björk", "title:big time", "album:x"});
  REQUIRE(query.ok());
  const auto arrived = wire::decode_query(wire::encode(*query));
  REQUIRE(arrived);
  REQUIRE(arrived->filter);
  CHECK(arrived->filter->artists == Words{"bjork"});
  CHECK(arrived->filter->titles == Words{"big time"});
  CHECK(arrived->filter->albums == Words{"x"});
  CHECK(arrived->filter->words() == 3);
}

}  // namespace freshet::core::search
