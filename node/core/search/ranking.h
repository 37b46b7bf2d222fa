// In which order a person wants to see results: by how well the names match, by how many nodes have
// them, and by how near those are. Pure; numbers (ResultNumber) are not touched by it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "node/core/search/results.h"
#include "node/core/search/tokenizer.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// Names of a result that are looked at, so that a long list costs a bounded time.
inline constexpr std::size_t kMaxRankedNames = 4;

/// The words that a query's results are ranked by: all that must match, each once.
std::vector<std::string> ranking_words(const wire::Query& query);

/// Orders the results of one query. Reading names is most of the work: done as results come, it is
/// spread over the search, and the order at its end costs little.
class Ranker {
 public:
  explicit Ranker(std::vector<std::string> words) : words_(std::move(words)) {}

  /// Reads those of the result's names that were not read yet. It is always the same set's.
  void read(const SearchResult& result);
  /// All results, best first. A result's match is the BM25 (Robertson and Zaragoza, 2009; k1 1.2, b
  /// 0.75) of its best name over the names of this set, as a share of the best one's: rare words
  /// and short names count. A word counts where it weighs more, in the name or in what the file
  /// says of itself. Sources add up to 0.3, nearness up to 0.1. The lower number goes first among
  /// equals. Words of a folder are not in a hit: they match every result alike. Names that were not
  /// read before are read now.
  [[nodiscard]] std::vector<ResultNumber> rank(const ResultSet& results);

 private:
  struct Name {
    std::uint32_t length = 0;     ///< in tokens
    std::uint32_t counts_at = 0;  ///< in counts_: how often it has each word
  };
  struct Names {
    std::array<Name, kMaxRankedNames> names;
    std::size_t read = 0;
    Name said;  ///< what the file says of itself
    bool has_said = false;
  };
  Name read_text(std::string_view text);
  [[nodiscard]] double score_of(const Name& name,
                                const Names& of,
                                const std::vector<double>& weight,
                                double mean_length) const;
  [[nodiscard]] std::vector<double> weights(const std::vector<const SearchResult*>& all) const;
  [[nodiscard]] std::vector<double> matches(const std::vector<const SearchResult*>& all) const;

  std::vector<std::string> words_;
  std::vector<Names> results_;        ///< by number - 1
  std::vector<std::uint8_t> counts_;  ///< as many for each name as there are words
  Tokens tokens_;
};

/// The order of a whole set at once.
std::vector<ResultNumber> rank(const ResultSet& results, const std::vector<std::string>& words);

}  // namespace freshet::core::search
