// What people type finds what they mean (pairs.txt), however their keyboard, their file system and
// their habits spell it: composed or decomposed, in either case, in any order.
#include <algorithm>
#include <cstdlib>
#include <memory>

#include <doctest/doctest.h>
#include <utf8proc.h>

#include "node/core/search/file_filter.h"
#include "node/core/search/index.h"
#include "node/core/search/query_text.h"
#include "node/core/search/tokenizer.h"
#include "tests/unit/search/relevance/suite.h"

namespace freshet::core::search::relevance {
namespace {

constexpr std::size_t kAtLeast = 200;

const std::vector<Folder>& suite() {
  static const std::vector<Folder> kSuite = read_suite(FRESHET_RELEVANCE_PAIRS);
  return kSuite;
}

using Change = std::string (*)(const std::string&);

std::string unchanged(const std::string& text) {
  return text;
}

std::string normalised(const std::string& text, int form) {
  utf8proc_uint8_t* made = nullptr;
  const auto* bytes = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto size = static_cast<utf8proc_ssize_t>(text.size());
  const auto option = static_cast<utf8proc_option_t>(UTF8PROC_STABLE | form);
  const auto length = utf8proc_map(bytes, size, &made, option);
  const std::unique_ptr<utf8proc_uint8_t, decltype(&std::free)> owner(made, &std::free);
  REQUIRE(length >= 0);
  return {reinterpret_cast<const char*>(made), static_cast<std::size_t>(length)};
}
std::string composed(const std::string& text) {
  return normalised(text, UTF8PROC_COMPOSE);
}
std::string decomposed(const std::string& text) {
  return normalised(text, UTF8PROC_DECOMPOSE);
}

std::string each_character(const std::string& text, utf8proc_int32_t (*change)(utf8proc_int32_t)) {
  std::string changed;
  const auto* at = reinterpret_cast<const utf8proc_uint8_t*>(text.data());
  const auto* const end = at + text.size();
  while (at < end) {
    utf8proc_int32_t code = 0;
    at += utf8proc_iterate(at, end - at, &code);
    utf8proc_uint8_t encoded[4];
    const auto length = utf8proc_encode_char(change(code), &encoded[0]);
    changed.append(reinterpret_cast<const char*>(&encoded[0]), static_cast<std::size_t>(length));
  }
  return changed;
}
std::string upper(const std::string& text) {
  return each_character(text, utf8proc_toupper);
}
std::string lower(const std::string& text) {
  return each_character(text, utf8proc_tolower);
}

Index indexed(const Folder& folder, Change change) {
  Index index(7);
  for (std::uint32_t n = 1; n <= folder.names.size(); ++n)
    index.add(FileNumber{n}, bytes_of(change(folder.names[n - 1])));
  return index;
}

// As a node answers: words by the index, the rest by looking at the file.
Numbers found(const Folder& folder, const Index& index, const wire::Query& query) {
  Index::Accept accept;
  if (query.filter) {
    accept = [&](FileNumber n) {
      return passes(*query.filter, {.path = folder.names[n.value - 1]});
    };
  }
  Numbers numbers;
  for (const FileNumber n : index.find(query, 100, accept)) numbers.push_back(n.value);
  return numbers;
}

std::string shown(const Words& typed) {
  std::string line;
  for (const std::string& word : typed) line += word + " | ";
  return line;
}

Words changed(const Words& typed, Change change) {
  Words words;
  for (const std::string& word : typed) words.push_back(change(word));
  return words;
}

bool has_operator(const Words& typed) {
  return std::any_of(typed.begin(), typed.end(), [](const std::string& word) {
    return word == "OR" || word.find(':') != std::string::npos;
  });
}

void check(const Folder& folder, const Index& index, const Words& typed, const Pair& pair) {
  CAPTURE(folder.title);
  CAPTURE(pair.line);
  CAPTURE(shown(typed));
  const auto query = parse_query(typed);
  REQUIRE(query.ok() == pair.expected.has_value());
  if (query.ok()) CHECK(found(folder, index, *query) == *pair.expected);
}

void check_all(Change name, Change typed) {
  for (const Folder& folder : suite()) {
    const Index index = indexed(folder, name);
    for (const Pair& pair : folder.pairs) check(folder, index, changed(pair.typed, typed), pair);
  }
}

// Case tells where camelCase words begin: it may be changed where that tells nothing.
bool cuts_alike(const std::string& a, const std::string& b) {
  const auto count = [](const std::string& text) {
    std::size_t words = 0;
    for (const auto& run : query_words(bytes_of(text))) words += run.size();
    return words;
  };
  return count(a) == count(b);
}

}  // namespace

TEST_CASE("every query finds exactly what is meant") {
  std::size_t pairs = 0;
  for (const Folder& folder : suite()) pairs += folder.pairs.size();
  CHECK(pairs >= kAtLeast);
  CHECK(suite().size() >= 10);
  check_all(unchanged, unchanged);
}

TEST_CASE("names and queries may be composed or decomposed, in any pairing") {
  for (const Change name : {composed, decomposed}) {
    for (const Change typed : {composed, decomposed}) check_all(name, typed);
  }
}

TEST_CASE("a query's case does not matter") {
  for (const Folder& folder : suite()) {
    const Index index = indexed(folder, unchanged);
    for (const Pair& pair : folder.pairs) {
      if (has_operator(pair.typed)) continue;
      for (const Change change : {upper, lower}) {
        const Words typed = changed(pair.typed, change);
        if (cuts_alike(shown(typed), shown(pair.typed))) check(folder, index, typed, pair);
      }
    }
  }
}

TEST_CASE("the order of a query's words does not matter") {
  for (const Folder& folder : suite()) {
    const Index index = indexed(folder, unchanged);
    for (const Pair& pair : folder.pairs) {
      if (has_operator(pair.typed)) continue;
      Words typed = pair.typed;
      std::reverse(typed.begin(), typed.end());
      check(folder, index, typed, pair);
      std::rotate(typed.begin(), typed.begin() + 1, typed.end());
      check(folder, index, typed, pair);
    }
  }
}

TEST_CASE("every file is found by each of its own words") {
  for (const Folder& folder : suite()) {
    const Index index = indexed(folder, unchanged);
    for (std::uint32_t n = 1; n <= folder.names.size(); ++n) {
      for (const auto& run : query_words(bytes_of(folder.names[n - 1]))) {
        for (const std::string& word : run) {
          CAPTURE(word);
          wire::Query query;
          query.terms.push_back(word);
          const Numbers numbers = found(folder, index, query);
          CHECK(std::find(numbers.begin(), numbers.end(), n) != numbers.end());
        }
      }
    }
  }
}

}  // namespace freshet::core::search::relevance
