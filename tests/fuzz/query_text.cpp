// Any bytes as what a person types, and as a file's name: parsing never fails but with an Error, a
// parsed query is within the wire's limits, and a name is found by each of its own words.
#include "node/core/search/query_text.h"

#include <cstdlib>
#include <string>
#include <vector>

#include "node/base/check.h"
#include "node/core/search/file_filter.h"
#include "node/core/search/index.h"
#include "node/core/search/tokenizer.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer calls
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace freshet;  // NOLINT(google-build-using-namespace): a fuzz target's one function
  namespace search = core::search;
  const ByteView input(data, size);

  // Arguments are separated by line feeds.
  std::vector<std::string> arguments(1);
  for (const Byte c : input) {
    if (c == '\n') {
      arguments.emplace_back();
    } else {
      arguments.back() += static_cast<char>(c);
    }
  }
  const auto query = search::parse_query(arguments);
  search::Index index(1);
  index.add(search::FileNumber{1}, input);
  if (query.ok()) {
    FRESHET_CHECK(query->terms.size() + query->phrases.size() + query->excluded.size()
                  <= wire::kMaxQueryWords);
    for (const auto* list : {&query->terms, &query->phrases, &query->excluded}) {
      for (const auto& entry : *list) {
        FRESHET_CHECK(!entry.empty() && entry.size() <= wire::kMaxQueryWordBytes);
      }
    }
    if (query->filter) {
      FRESHET_CHECK(query->filter->words() <= wire::kMaxQueryWords);
      (void)search::passes(*query->filter, {.path = text_of(input), .size_bytes = size});
      (void)search::is_for_node(*query->filter, NodeKey{}, text_of(input));
    }
    FRESHET_CHECK(wire::decode_query(wire::encode(*query)).has_value());
    (void)index.find(*query, 10);
    (void)index.find(*query, 10, [](search::FileNumber) { return true; });
  }

  search::Tokens tokens;
  search::tokenize(input, tokens);
  std::size_t asked = 0;
  for (const search::Token& token : tokens.list) {
    if (++asked > 64) break;
    wire::Query own;
    own.terms.emplace_back(tokens.word(token));
    FRESHET_CHECK(index.find(own, 1).size() == 1);
  }
  return 0;
}
