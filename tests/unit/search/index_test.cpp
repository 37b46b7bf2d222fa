// What the index finds, by example.
#include "node/core/search/index.h"

#include <doctest/doctest.h>

#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

using Words = std::vector<std::string>;

struct Fixture {
  Index index{42};
  std::uint32_t next = 1;

  explicit Fixture(const Words& names) {
    for (const auto& name : names) index.add(FileNumber{next++}, bytes_of(name));
  }
  [[nodiscard]] std::vector<std::uint32_t> find(const Words& typed, std::size_t limit = 100) const {
    const auto query = parse_query(typed);
    REQUIRE(query.ok());
    std::vector<std::uint32_t> numbers;
    for (const FileNumber file : index.find(*query, limit)) numbers.push_back(file.value);
    return numbers;
  }
};
using Numbers = std::vector<std::uint32_t>;

wire::Query words(Words terms, Words phrases = {}, Words excluded = {}) {
  wire::Query query;
  query.terms = std::move(terms);
  query.phrases = std::move(phrases);
  query.excluded = std::move(excluded);
  return query;
}

}  // namespace

TEST_CASE("a camelCase name is found by its parts, its letters and the whole") {
  const Fixture f({"HolidayPhotos2024.jpg"});
  for (const char* word : {"holiday",
                           "photos",
                           "2024",
                           "jpg",
                           "holidayphotos",
                           "holidayphotos2024",
                           "HOLIDAY",
                           "HolidayPhotos",
                           "holiday photos",
                           "photos 2024 jpg",
                           "holidayphotos 2024"}) {
    CAPTURE(word);
    CHECK(f.find({word}) == Numbers{1});
  }
  CHECK(f.find({"holi"}).empty());
  CHECK(f.find({"photos holiday"}).empty());
}

TEST_CASE("a camelCase query finds the name joined, with underscores, and in camelCase") {
  const Fixture f(
      {"HolidayPhotos.jpg", "holiday_photos.jpg", "holidayphotos.jpg", "photos of a holiday.jpg"});
  CHECK(f.find({"HolidayPhotos"}) == Numbers{1, 2, 3});
  CHECK(f.find({"holiday photos"}) == Numbers{1, 2, 3});
  CHECK(f.find({"holiday", "photos"}) == Numbers{1, 2, 4});
  CHECK(f.find({"holidayphotos"}) == Numbers{1, 3});
}

TEST_CASE("an episode is found however its number is written") {
  const Fixture f({"Show.S01E02.mkv", "show s01 e02.mkv", "show s02e01.mkv"});
  CHECK(f.find({"s01e02"}) == Numbers{1, 2});
}

TEST_CASE("a version is found by its numbers and by the phrase of them") {
  const Fixture f({"tool-1.2.3.tar.gz", "tool-3.2.1.tar.gz"});
  CHECK(f.find({"1.2.3"}) == Numbers{1, 2});
  CHECK(f.find({"1 2 3"}) == Numbers{1});
}

TEST_CASE("all terms must match, none that is excluded may") {
  const Fixture f({"jazz live.mp3", "jazz studio.mp3", "rock live.mp3"});
  CHECK(f.find({"jazz", "mp3"}) == Numbers{1, 2});
  CHECK(f.find({"jazz", "-live"}) == Numbers{2});
  CHECK(f.find({"mp3", "-jazz"}) == Numbers{3});
  CHECK(f.find({"mp3", "-jazz live"}) == Numbers{2, 3});
  CHECK(f.find({"mp3", "-unheard"}) == Numbers{1, 2, 3});
  CHECK(f.find({"jazz", "unheard"}).empty());
  CHECK(f.index.lacks_word("unheard"));
  CHECK_FALSE(f.index.lacks_word("jazz"));
  CHECK_FALSE(f.index.lacks_word("not one"));
}

TEST_CASE("words of the folders find the file too") {
  const Fixture f({"Music/Nina Simone/Sinnerman.flac"});
  CHECK(f.find({"nina", "sinnerman"}) == Numbers{1});
}

TEST_CASE("unspaced scripts are found by any part of a run") {
  const Fixture f({"東京都庁の写真.jpg", "京都の写真.jpg", "猫.png"});
  CHECK(f.find({"東京都庁"}) == Numbers{1});
  CHECK(f.find({"京都"}) == Numbers{1, 2});
  CHECK(f.find({"写真"}) == Numbers{1, 2});
  CHECK(f.find({"都庁の"}) == Numbers{1});
  CHECK(f.find({"猫"}) == Numbers{3});
  CHECK(f.find({"東都"}).empty());
}

TEST_CASE("results come in order of addition and stop at the limit") {
  Fixture f({"a x", "a y", "a z"});
  CHECK(f.find({"a"}, 2) == Numbers{1, 2});
  CHECK(f.find({"a"}, 0).empty());
  CHECK(f.index.add(FileNumber{1}, bytes_of("a again")));
  CHECK(f.index.size() == 3);
  CHECK(f.find({"a"}) == Numbers{2, 3, 1});
  CHECK(f.find({"x"}).empty());
}

TEST_CASE("a removed file is not found any more") {
  Fixture f({"a", "a b"});
  CHECK(f.index.remove(FileNumber{1}));
  CHECK_FALSE(f.index.remove(FileNumber{1}));
  CHECK(f.find({"a"}) == Numbers{2});
  CHECK(f.index.size() == 1);
}

TEST_CASE("space of removed files comes back, and the others stay findable") {
  Index index(1);
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    index.add(FileNumber{i}, bytes_of("common word" + std::to_string(i)));
  }
  const std::size_t full = index.memory_bytes();
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    if (i % 100 != 0) CHECK(index.remove(FileNumber{i}));
  }
  CHECK(index.size() == 200);
  CHECK(index.memory_bytes() < full / 2);
  CHECK(index.find(words({"common"}), 1000).size() == 200);
  CHECK(index.find(words({"word19900"}), 1000) == std::vector{FileNumber{19'900}});
  CHECK(index.find(words({"word19901"}), 1000).empty());
}

TEST_CASE("a query from the wire may hold anything") {
  Index index(1);
  index.add(FileNumber{1}, bytes_of("a b"));
  CHECK(index.find(words({}), 10).empty());
  CHECK(index.find(words({""}), 10).empty());
  CHECK(index.find(words({"  "}, {" "}), 10).empty());
  CHECK(index.find(words({}, {}, {"c"}), 10).empty());
  CHECK(index.find(words({"a"}, {}, {" ", ""}), 10).size() == 1);
  CHECK(index.find(words({" a  b "}), 10).size() == 1);
  CHECK(index.find(words({"\xFF\xFE"}), 10).empty());
  wire::Query for_content = words({"a"});
  for_content.content = ContentId{};
  CHECK(index.find(for_content, 10).empty());
  std::string letters;
  while (letters.size() < wire::kMaxQueryWordBytes - 1) letters += "a ";
  CHECK(index.find(words({}, std::vector<std::string>(wire::kMaxQueryWords, letters)), 10).empty());
}

TEST_CASE("names without a word are kept and found by nothing") {
  Fixture f({"...", "a"});
  CHECK(f.index.size() == 2);
  CHECK(f.find({"a"}) == Numbers{2});
}

}  // namespace freshet::core::search
