// The tests behind a comparison of two folders.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/bench/compare_input.h"

namespace freshet::bench {

/// One line of a comparison.
struct MetricDifference {
  std::string_view metric;  ///< as in summary.json; "first_hit_ms" is its mean
  double a = 0;
  double b = 0;
  std::optional<double> p;  ///< nullopt: not enough to test, or not a thing to test
  std::string_view test;    ///< "" without p

  /// Of `a`. nullopt: a is 0 and b is not.
  [[nodiscard]] std::optional<double> percent() const;
};

struct CellDifference {
  std::string variant;
  std::string strategy;
  std::size_t queries_a = 0;
  std::size_t queries_b = 0;
  bool paired = false;
  bool same = false;  ///< every query is
  std::vector<MetricDifference> metrics;
};

CellDifference difference_of(const ReadCell& a, const ReadCell& b);

}  // namespace freshet::bench
