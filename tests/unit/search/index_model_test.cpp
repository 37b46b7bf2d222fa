// The index against a model that looks at every file, on random names and queries.
#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <doctest/doctest.h>

#include "node/base/rng.h"
#include "node/core/search/index.h"
#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

// The rule of index.h, written down without postings, numbers or cursors.
class Model {
 public:
  void add(std::uint32_t file, const std::string& name) {
    remove(file);
    files_.push_back({file, {}});
    tokenize(bytes_of(name), files_.back().second);
  }
  void remove(std::uint32_t file) {
    std::erase_if(files_, [&](const auto& each) { return each.first == file; });
  }
  [[nodiscard]] std::vector<std::uint32_t> find(const wire::Query& query) const {
    std::vector<std::uint32_t> found;
    for (const auto& [file, tokens] : files_) {
      const auto has = [&tokens = tokens](const std::string& words) {
        return matches_anywhere(tokens, split(words));
      };
      const bool terms = std::all_of(query.terms.begin(), query.terms.end(), has);
      const bool phrases = std::all_of(query.phrases.begin(), query.phrases.end(), has);
      const bool excluded = std::any_of(query.excluded.begin(), query.excluded.end(), has);
      if (terms && phrases && !excluded) found.push_back(file);
    }
    return found;
  }

 private:
  static std::vector<std::string> split(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        words.push_back(std::exchange(word, {}));
      }
    }
    return words;
  }
  static bool matches_anywhere(const Tokens& tokens, const std::vector<std::string>& words) {
    for (std::uint32_t part = 0; part < tokens.list.size(); ++part) {
      if (matches_at(tokens, part, words, 0)) return true;
    }
    return false;
  }
  // NOLINTNEXTLINE(misc-no-recursion): the model is to be as plain as the rule
  static bool matches_at(const Tokens& tokens,
                         std::uint32_t part,
                         const std::vector<std::string>& words,
                         std::size_t from) {
    if (from == words.size()) return true;
    std::string word;
    for (std::size_t to = from; to < words.size(); ++to) {
      word += words[to];
      const bool all = from == 0 && to + 1 == words.size();
      if (to > from && words.size() > kMaxJoinedWords && !all) continue;
      for (const Token& token : tokens.list) {
        if (token.first == part && tokens.word(token) == word
            && matches_at(tokens, part + token.parts, words, to + 1)) {
          return true;
        }
      }
    }
    return false;
  }

  std::vector<std::pair<std::uint32_t, Tokens>> files_;  // in order of addition
};

const std::vector<std::string> kPieces = {"a",
                                          "b",
                                          "c",
                                          "Ab",
                                          "Ba",
                                          "ab",
                                          "1",
                                          "12",
                                          "2",
                                          "_",
                                          " ",
                                          ".",
                                          "東",
                                          "京",
                                          "'",
                                          "é",
                                          "Cab",
                                          "/"};

std::string random_name(Rng& rng, std::uint64_t longest) {
  std::string name;
  for (std::uint64_t n = rng.below(longest) + 1; n > 0; --n)
    name += kPieces[rng.below(kPieces.size())];
  return name;
}

std::string random_phrase(Rng& rng, std::uint64_t longest) {
  std::string phrase;
  for (const auto& run : query_words(bytes_of(random_name(rng, longest)))) {
    for (const auto& word : run) phrase += (phrase.empty() ? "" : " ") + word;
  }
  return phrase;
}

wire::Query random_query(Rng& rng) {
  wire::Query query;
  const auto fill = [&](std::vector<std::string>& list, std::uint64_t most, std::uint64_t longest) {
    for (std::uint64_t n = rng.below(most + 1); n > 0; --n) {
      auto words = random_phrase(rng, longest);
      if (!words.empty()) list.push_back(std::move(words));
    }
  };
  fill(query.terms, 2, 1);
  fill(query.phrases, 2, 6);
  fill(query.excluded, 1, 3);
  return query;
}

}  // namespace

TEST_CASE("the index finds what looking at every file finds, through additions and removals") {
  constexpr std::uint64_t seed = 20240607;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  std::size_t found_in_all = 0;
  std::size_t lacked = 0;
  for (int round = 0; round < 10; ++round) {
    Index index(rng.next_u64());
    Model model;
    for (int step = 0; step < 300; ++step) {
      const auto file = static_cast<std::uint32_t>(rng.below(200));
      if (rng.below(4) == 0) {
        index.remove(FileNumber{file});
        model.remove(file);
      } else {
        const auto name = random_name(rng, 9);
        index.add(FileNumber{file}, bytes_of(name));
        model.add(file, name);
      }
    }
    for (int asked = 0; asked < 300; ++asked) {
      const auto query = random_query(rng);
      if (query.terms.empty() && query.phrases.empty()) continue;
      std::vector<std::uint32_t> found;
      for (const FileNumber file : index.find(query, 1000)) found.push_back(file.value);
      const auto expected = model.find(query);
      CAPTURE(round);
      CAPTURE(asked);
      CHECK(found == expected);
      found_in_all += found.size();
    }
    for (int asked = 0; asked < 300; ++asked) {
      wire::Query query;
      query.terms = {random_phrase(rng, 5)};
      if (!index.lacks_word(query.terms.front())) continue;
      ++lacked;
      CHECK(model.find(query).empty());
    }
  }
  CHECK(found_in_all > 1000);
  CHECK(lacked > 20);
}

TEST_CASE("the hash key does not show in what is found") {
  constexpr std::uint64_t seed = 99;
  MESSAGE("seed ", seed);
  Rng rng = Rng::from_seed(seed);
  Index a(1);
  Index b(2);
  for (std::uint32_t i = 0; i < 5000; ++i) {
    const auto name = random_name(rng, 8);
    a.add(FileNumber{i}, bytes_of(name));
    b.add(FileNumber{i}, bytes_of(name));
  }
  for (int asked = 0; asked < 100; ++asked) {
    const auto query = random_query(rng);
    CHECK(a.find(query, 50) == b.find(query, 50));
  }
}

}  // namespace freshet::core::search
