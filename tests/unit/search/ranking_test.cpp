// The order of results: what counts, and what is left as it was.
#include "node/core/search/ranking.h"

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

using Numbers = std::vector<ResultNumber>;

struct Found {
  Byte node;
  Byte content;
  std::string name;
  std::uint8_t hops = 1;
  std::shared_ptr<const wire::FileMetadata> metadata = nullptr;
};

std::shared_ptr<const wire::FileMetadata> says(const std::string& artist,
                                               const std::string& title) {
  return std::make_shared<const wire::FileMetadata>(
      wire::FileMetadata{.artist = artist, .title = title});
}

ResultSet results_of(const std::vector<Found>& list) {
  ResultSet set;
  for (const Found& found : list) {
    wire::HitRecord record;
    record.node.bytes.fill(found.node);
    ContentId id;
    id.bytes.fill(found.content);
    record.files.push_back(
        {.content = id, .name = found.name, .size_bytes = 10, .metadata = found.metadata});
    set.add(record, found.hops);
  }
  return set;
}

Numbers rank_for(const std::vector<std::string>& typed, const std::vector<Found>& list) {
  return rank(results_of(list), ranking_words(*parse_query(typed)));
}

}  // namespace

TEST_CASE("a name that is the words and little else goes first") {
  CHECK(rank_for({"red", "boat"},
                 {{1, 1, "the long story of a red kite and of one old boat.txt"},
                  {1, 2, "red boat.txt"}})
        == Numbers{2, 1});
}

TEST_CASE("words in the name count more than words in its folder, which a hit does not show") {
  CHECK(rank_for({"red", "boat"}, {{1, 1, "scan 7.txt"}, {1, 2, "boat 7.txt"}}) == Numbers{2, 1});
}

TEST_CASE("of equal names the one with more sources goes first, then the nearer, then the older") {
  CHECK(rank_for({"boat"}, {{1, 1, "boat.txt"}, {1, 2, "boat.txt"}, {2, 2, "boat.txt"}})
        == Numbers{2, 1});
  CHECK(rank_for({"boat"}, {{1, 1, "boat.txt", 4}, {2, 2, "boat.txt", 1}}) == Numbers{2, 1});
  CHECK(rank_for({"boat"}, {{1, 1, "boat.txt"}, {2, 2, "boat.txt"}}) == Numbers{1, 2});
}

TEST_CASE("the best of a result's names decides") {
  CHECK(rank_for({"boat"},
                 {{1, 1, "my boat and other things.txt"}, {1, 2, "a b c d.txt"}, {1, 2, "boat"}})
        == Numbers{2, 1});
}

TEST_CASE("what a file says of itself counts like its name, and a word in both counts once") {
  CHECK(rank_for({"bjork"},
                 {{1, 1, "bjork and a long list of others.txt"},
                  {1, 2, "01.mp3", 1, says("Björk", "Jóga")}})
        == Numbers{2, 1});
  CHECK(rank_for({"01", "bjork"},
                 {{1, 1, "01 a.mp3", 1, says("Other", "Song")},
                  {1, 2, "01 b.mp3", 1, says("Björk", "Song")}})
        == Numbers{2, 1});
  CHECK(rank_for({"boat"},
                 {{1, 1, "boat.mp3", 1, says("x", "y")},
                  {1, 2, "boat.mp3", 1, says("x", "boat of a long song with many words")}})
        == Numbers{1, 2});
}

TEST_CASE("names that were read as they came give the order that reading all at the end gives") {
  const std::uint64_t seed = 7;
  Rng rng = Rng::from_seed(seed);
  const std::vector<std::string> words = {"red", "boat", "kite", "old", "txt"};
  for (int round = 0; round < 20; ++round) {
    ResultSet set;
    Ranker ranker({"red", "boat"});
    for (int hit = 0; hit < 200; ++hit) {
      wire::HitRecord record;
      record.node.bytes.fill(static_cast<Byte>(rng.below(9)));
      std::string name = words[rng.below(words.size())];
      for (std::uint64_t more = rng.below(5); more > 0; --more)
        name += " " + words[rng.below(words.size())];
      // Some without an id at first: when it follows, two results may become one.
      std::optional<ContentId> id;
      if (rng.below(3) != 0) id.emplace().bytes.fill(static_cast<Byte>(rng.below(60)));
      record.files.push_back({.content = id,
                              .name = name,
                              .size_bytes = rng.below(3),
                              .metadata = rng.below(3) == 0 ? says("red", name) : nullptr});
      for (const ResultNumber number :
           set.add(record, static_cast<std::uint8_t>(1 + rng.below(4)))) {
        if (rng.below(2) == 0) ranker.read(*set.by_number(number));
      }
    }
    CHECK(ranker.rank(set) == rank(set, {"red", "boat"}));
    CHECK(ranker.rank(set) == rank(set, {"red", "boat"}));  // once more: nothing was counted twice
  }
}

TEST_CASE("without words, and without results, there is an order all the same") {
  CHECK(rank_for({"size:1.."}, {{1, 1, "a", 2}, {2, 2, "b", 1}}) == Numbers{2, 1});
  CHECK(rank_for({"boat"}, {}).empty());
}

TEST_CASE("the words are those that must match, phrases and alternatives cut up, each once") {
  CHECK(ranking_words(*parse_query({"red", "old red boat", "-kite", "ship", "OR", "raft"}))
        == std::vector<std::string>{"red", "old", "boat", "ship", "raft"});
}

}  // namespace freshet::core::search
