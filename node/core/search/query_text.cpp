#include "node/core/search/query_text.h"

#include <algorithm>
#include <string_view>

#include "node/core/search/tokenizer.h"

namespace freshet::core::search {
namespace {

bool has_space(std::string_view text) {
  return text.find_first_of(" \t\r\n") != std::string_view::npos;
}

std::string spaced(const std::vector<std::string>& words) {
  std::string text;
  for (const std::string& word : words) {
    if (!text.empty()) text += ' ';
    text += word;
  }
  return text;
}

std::string all_spaced(const std::vector<std::vector<std::string>>& runs) {
  std::vector<std::string> words;
  for (const auto& run : runs) words.insert(words.end(), run.begin(), run.end());
  return spaced(words);
}

void add_once(std::string entry, std::vector<std::string>& to) {
  if (std::find(to.begin(), to.end(), entry) == to.end()) to.push_back(std::move(entry));
}

void add_wanted(std::string entry, wire::Query& query) {
  if (entry.empty()) return;
  auto& list = has_space(entry) ? query.phrases : query.terms;
  add_once(std::move(entry), list);
}

void add_argument(std::string_view argument, bool excluded, wire::Query& query) {
  const auto runs = query_words(bytes_of(argument));
  if (excluded) {
    if (!runs.empty()) add_once(all_spaced(runs), query.excluded);
  } else if (has_space(argument)) {
    add_wanted(all_spaced(runs), query);
  } else {
    for (const auto& run : runs) add_wanted(spaced(run), query);
  }
}

Status check_limits(const wire::Query& query) {
  const std::size_t words = query.terms.size() + query.phrases.size() + query.excluded.size();
  if (words > wire::kMaxQueryWords) {
    return Error{ErrorCode::invalid,
                 "too many words to search for: " + std::to_string(words) + ", at most "
                     + std::to_string(wire::kMaxQueryWords)};
  }
  for (const auto* list : {&query.terms, &query.phrases, &query.excluded}) {
    for (const std::string& entry : *list) {
      if (entry.size() <= wire::kMaxQueryWordBytes) continue;
      return Error{ErrorCode::invalid,
                   "a phrase is too long to search for: " + std::to_string(entry.size())
                       + " bytes, at most " + std::to_string(wire::kMaxQueryWordBytes)
                       + "; leave some of its words out"};
    }
  }
  const std::size_t bytes = wire::encode(query).size() + wire::kMaxRouteBytes;
  if (bytes > wire::kMaxQueryBodyBytes) {
    return Error{ErrorCode::invalid,
                 "too much to search for: " + std::to_string(bytes) + " bytes, at most "
                     + std::to_string(wire::kMaxQueryBodyBytes) + "; leave some words out"};
  }
  return kOk;
}

}  // namespace

Result<wire::Query> parse_query(const std::vector<std::string>& arguments) {
  wire::Query query;
  bool literal = false;
  for (const std::string& argument : arguments) {
    if (!literal && argument == "--") {
      literal = true;
      continue;
    }
    const bool excluded = !literal && argument.size() > 1 && argument.front() == '-';
    add_argument(argument, excluded, query);
  }
  if (query.terms.empty() && query.phrases.empty()) {
    return Error{ErrorCode::invalid,
                 query.excluded.empty()
                     ? "nothing to search for: give a word with a letter or a digit"
                     : "only excluded words: add one that must match"};
  }
  if (const auto status = check_limits(query); !status) return status.error();
  return query;
}

}  // namespace freshet::core::search
