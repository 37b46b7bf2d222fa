// What a measurement of `freshet bench` is, and what it yields.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "node/base/result.h"

namespace freshet::cli {

struct Figure {
  std::string key;   ///< in JSON; ends with its unit
  std::string what;  ///< to a person
  double value = 0;
  int digits = 0;  ///< after the point, to a person
  std::string unit;
};
using Figures = std::vector<Figure>;

struct BenchPlan {
  std::filesystem::path folder;  ///< for what is made meanwhile
  std::string program;           ///< the freshet binary
  bool is_short = false;
  /// One of two sizes.
  [[nodiscard]] std::size_t size(std::size_t full, std::size_t brief) const {
    return is_short ? brief : full;
  }
};

/// Each ends with ErrorCode::canceled soon after interrupted(), and leaves no process.
Result<Figures> measure_relay(const BenchPlan& plan);
Result<Figures> measure_hop(const BenchPlan& plan);
Result<Figures> measure_transfer(const BenchPlan& plan);
Result<Figures> measure_search(const BenchPlan& plan);
Result<Figures> measure_simulator(const BenchPlan& plan);

/// bench::percentile() of values in any order. REQUIRES: not empty.
double quantile(std::vector<double> values, double p);

}  // namespace freshet::cli
