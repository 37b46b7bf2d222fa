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

void add_words(std::string_view spaced, std::vector<std::string>& to) {
  all_words(spaced, [&](std::string_view word) {
    if (std::find(to.begin(), to.end(), word) == to.end()) to.emplace_back(word);
    return true;
  });
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
  for (const auto* said : {&query.filter->artists, &query.filter->titles, &query.filter->albums}) {
    for (const auto& text : *said) add_words(text, words);
  }
  return words;
}

Ranker::Name Ranker::read_text(std::string_view text) {
  tokenize(bytes_of(text), tokens_);
  const Name name{.length = static_cast<std::uint32_t>(tokens_.list.size()),
                  .counts_at = static_cast<std::uint32_t>(counts_.size())};
  counts_.resize(counts_.size() + words_.size());
  for (const Token& token : tokens_.list) {
    const auto found = std::find(words_.begin(), words_.end(), tokens_.word(token));
    if (found == words_.end()) continue;
    std::uint8_t& count =
        counts_[name.counts_at + static_cast<std::size_t>(found - words_.begin())];
    if (count < UINT8_MAX) ++count;
  }
  return name;
}

// A result's names are added to, and never changed.
void Ranker::read(const SearchResult& result) {
  if (results_.size() < result.number) results_.resize(result.number);
  Names& names = results_[result.number - 1];
  if (names.read == 0) names.names[names.read++] = read_text(result.name);
  while (names.read < kMaxRankedNames && names.read <= result.other_names.size()) {
    names.names[names.read] = read_text(result.other_names[names.read - 1]);
    ++names.read;
  }
  if (!result.metadata || std::exchange(names.has_said, true)) return;
  const wire::FileMetadata& metadata = *result.metadata;
  names.said = read_text(metadata.artist + "\n" + metadata.title + "\n" + metadata.album);
}

// How much each word says: the rarer in these names, the more.
std::vector<double> Ranker::weights(const std::vector<const SearchResult*>& all) const {
  std::vector<double> having(words_.size());
  double total = 0;
  for (const SearchResult* result : all) {
    const Names& names = results_[result->number - 1];
    total += static_cast<double>(names.read);
    for (std::size_t i = 0; i < names.read; ++i) {
      for (std::size_t word = 0; word < words_.size(); ++word)
        having[word] += counts_[names.names[i].counts_at + word] != 0 ? 1 : 0;
    }
    if (!names.has_said) continue;
    ++total;
    for (std::size_t word = 0; word < words_.size(); ++word)
      having[word] += counts_[names.said.counts_at + word] != 0 ? 1 : 0;
  }
  for (double& weight : having) weight = std::log1p((total - weight + 0.5) / (weight + 0.5));
  return having;
}

double Ranker::score_of(const Name& name,
                        const Names& of,
                        const std::vector<double>& weight,
                        double mean_length) const {
  const auto share = [&](const Name& text, std::size_t word) {
    const double norm = kSaturation * (1 - kLength + kLength * text.length / mean_length);
    const double times = counts_[text.counts_at + word];
    return times * (kSaturation + 1) / (times + norm);
  };
  double score = 0;
  for (std::size_t word = 0; word < words_.size(); ++word) {
    const double said = of.has_said ? share(of.said, word) : 0;
    score += weight[word] * std::max(share(name, word), said);
  }
  return score;
}

// The best name's BM25 of each result.
std::vector<double> Ranker::matches(const std::vector<const SearchResult*>& all) const {
  const std::vector<double> weight = weights(all);
  double total_length = 0;
  std::size_t count = 0;
  for (const SearchResult* result : all) {
    const Names& names = results_[result->number - 1];
    count += names.read;
    for (std::size_t i = 0; i < names.read; ++i) total_length += names.names[i].length;
  }
  const double mean =
      std::max(1.0, total_length / static_cast<double>(std::max<std::size_t>(count, 1)));
  std::vector<double> best(all.size());
  for (std::size_t at = 0; at < all.size(); ++at) {
    const Names& names = results_[all[at]->number - 1];
    for (std::size_t i = 0; i < names.read; ++i)
      best[at] = std::max(best[at], score_of(names.names[i], names, weight, mean));
  }
  return best;
}

std::vector<ResultNumber> Ranker::rank(const ResultSet& results) {
  const auto all = results.all();
  for (const SearchResult* result : all) read(*result);
  const auto match = matches(all);
  const double best = match.empty() ? 0 : *std::max_element(match.begin(), match.end());
  std::vector<std::pair<double, ResultNumber>> order;
  order.reserve(all.size());
  for (std::size_t i = 0; i < all.size(); ++i) {
    const auto sources = static_cast<double>(std::max<std::size_t>(all[i]->sources.size(), 1));
    const double score = (best > 0 ? match[i] / best : 0) + kSourcesWeight * (1 - 1 / sources)
                         + kNearnessWeight / (1.0 + all[i]->hops);
    order.emplace_back(-score, all[i]->number);
  }
  std::sort(order.begin(), order.end());
  std::vector<ResultNumber> numbers;
  numbers.reserve(order.size());
  for (const auto& [score, number] : order) numbers.push_back(number);
  return numbers;
}

std::vector<ResultNumber> rank(const ResultSet& results, const std::vector<std::string>& words) {
  return Ranker(words).rank(results);
}

}  // namespace freshet::core::search
