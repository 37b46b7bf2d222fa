// What a comparison reads of a result folder: queries.csv, and the name and the size of
// summary.json.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <vector>

#include "node/base/result.h"

namespace freshet::bench {

/// A line of queries.csv.
struct ReadQuery {
  std::uint64_t seed = 0;
  std::uint64_t query = 0;
  std::uint64_t origin = 0;
  double messages = 0;
  double query_frames = 0;
  double duplicates = 0;
  double bytes = 0;
  double reached = 0;
  double coverage = 0;
  double hits = 0;
  std::optional<double> first_hit_ms;

  [[nodiscard]] auto key() const { return std::tie(seed, query, origin); }
  friend bool operator==(const ReadQuery&, const ReadQuery&) = default;
};

/// Of a strategy under a variant.
struct ReadCell {
  std::string variant;
  std::string strategy;
  std::vector<ReadQuery> queries;  ///< by key()
  double load_max = 0;             ///< from summary.json; 0 when it is not there
  double load_gini = 0;
};

struct ReadResults {
  std::string name;
  std::vector<ReadCell> cells;  ///< in the order of the file

  [[nodiscard]] const ReadCell* find(const ReadCell& like) const;
};

/// Further columns than the contract's may be missing: coverage is then against the mesh's size,
/// and there is one variant. Errors: not_found, invalid; messages name file and line.
Result<ReadResults> read_results(const std::string& folder);

}  // namespace freshet::bench
