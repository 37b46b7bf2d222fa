// In which order a person wants to see results: by how well the names match, by how many nodes have
// them, and by how near those are. Pure; numbers (ResultNumber) are not touched by it.
#pragma once

#include <string>
#include <vector>

#include "node/core/search/results.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// Names of a result that are looked at, so that a long list costs a bounded time.
inline constexpr std::size_t kMaxRankedNames = 4;

/// The words that a query's results are ranked by: all that must match, each once.
std::vector<std::string> ranking_words(const wire::Query& query);

/// All results, best first. A result's match is the BM25 (Robertson and Zaragoza, 2009; k1 1.2, b
/// 0.75) of its best name over the names of this set, as a share of the best one's: rare words and
/// short names count. Sources add up to 0.3, nearness up to 0.1. The lower number goes first among
/// equals. Words of a folder are not in a hit: they match every result alike.
std::vector<ResultNumber> rank(const ResultSet& results, const std::vector<std::string>& words);

}  // namespace freshet::core::search
