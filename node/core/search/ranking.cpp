#include "node/core/search/ranking.h"

#include <algorithm>
#include <cmath>
#include <string_view>
#include <utility>

#include "node/base/bytes.h"
#include "node/core/search/spaced_words.h"
#include "node/core/search/tokenizer.h"
#include "node/wire/overlay/query_filter.h"

namespace freshet::core::search {
namespace {

constexpr double kSaturation = 1.2;  // BM25's k1
constexpr double kLength = 0.75;     // BM25's b
constexpr double kSourcesWeight = 0.3;
constexpr double kNearnessWeight = 0.1;

struct Name {
  std::size_t result = 0;             // place among all()
  double length = 0;                  // in tokens
  std::vector<std::uint32_t> counts;  // of each word
};

void add_words(std::string_view spaced, std::vector<std::string>& to) {
  all_words(spaced, [&](std::string_view word) {
    if (std::find(to.begin(), to.end(), word) == to.end()) to.emplace_back(word);
    return true;
  });
}

Name read_name(std::size_t result,
               std::string_view text,
               const std::vector<std::string>& words,
               Tokens& tokens) {
  tokenize(bytes_of(text), tokens);
  Name name{.result = result,
            .length = static_cast<double>(tokens.list.size()),
            .counts = std::vector<std::uint32_t>(words.size())};
  for (const Token& token : tokens.list) {
    const auto found = std::find(words.begin(), words.end(), tokens.word(token));
    if (found != words.end()) ++name.counts[static_cast<std::size_t>(found - words.begin())];
  }
  return name;
}

std::vector<Name> read_names(const std::vector<const SearchResult*>& results,
                             const std::vector<std::string>& words) {
  std::vector<Name> names;
  Tokens tokens;
  for (std::size_t i = 0; i < results.size(); ++i) {
    names.push_back(read_name(i, results[i]->name, words, tokens));
    const auto& others = results[i]->other_names;
    for (std::size_t k = 0; k < std::min(others.size(), kMaxRankedNames - 1); ++k)
      names.push_back(read_name(i, others[k], words, tokens));
  }
  return names;
}

// How much each word says: the rarer in these names, the more.
std::vector<double> weights_of(const std::vector<Name>& names, std::size_t words) {
  std::vector<double> weights(words);
  const auto total = static_cast<double>(names.size());
  for (std::size_t word = 0; word < words; ++word) {
    const auto having = static_cast<double>(std::count_if(
        names.begin(), names.end(), [&](const Name& name) { return name.counts[word] != 0; }));
    weights[word] = std::log1p((total - having + 0.5) / (having + 0.5));
  }
  return weights;
}

// The best name's BM25 of each result.
std::vector<double> matches_of(const std::vector<Name>& names,
                               std::size_t results,
                               std::size_t words) {
  const std::vector<double> weights = weights_of(names, words);
  double total_length = 0;
  for (const Name& name : names) total_length += name.length;
  const auto count = static_cast<double>(std::max<std::size_t>(names.size(), 1));
  const double mean = std::max(1.0, total_length / count);
  std::vector<double> best(results);
  for (const Name& name : names) {
    const double norm = kSaturation * (1 - kLength + kLength * name.length / mean);
    double score = 0;
    for (std::size_t word = 0; word < words; ++word) {
      const double times = name.counts[word];
      score += weights[word] * times * (kSaturation + 1) / (times + norm);
    }
    best[name.result] = std::max(best[name.result], score);
  }
  return best;
}

}  // namespace

std::vector<std::string> ranking_words(const wire::Query& query) {
  std::vector<std::string> words;
  for (const auto& term : query.terms) add_words(term, words);
  for (const auto& phrase : query.phrases) add_words(phrase, words);
  if (!query.filter) return words;
  for (const auto& any : query.filter->any_of) {
    for (const auto& alternative : any.words) add_words(alternative, words);
  }
  return words;
}

std::vector<ResultNumber> rank(const ResultSet& results, const std::vector<std::string>& words) {
  const auto all = results.all();
  const auto matches = matches_of(read_names(all, words), all.size(), words.size());
  const double best = matches.empty() ? 0 : *std::max_element(matches.begin(), matches.end());
  std::vector<std::pair<double, ResultNumber>> order;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto sources = static_cast<double>(std::max<std::size_t>(all[i]->sources.size(), 1));
    const double score = (best > 0 ? matches[i] / best : 0) + kSourcesWeight * (1 - 1 / sources)
                         + kNearnessWeight / (1.0 + all[i]->hops);
    order.emplace_back(-score, all[i]->number);
  }
  std::sort(order.begin(), order.end());
  std::vector<ResultNumber> numbers;
  for (const auto& [score, number] : order) numbers.push_back(number);
  return numbers;
}

}  // namespace freshet::core::search
