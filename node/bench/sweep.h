// [sweep]: keys of a scenario's sections with a list of values each. Every combination is a
// scenario of its own.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/bench/toml_reader.h"

namespace freshet::bench {

inline constexpr std::size_t kMaxSweepPoints = 10'000;

struct SweptTable {
  std::string name;  ///< "nodes 64, ttl 4"
  TomlTable table;   ///< the file's, with the combination's values in place of its own
};

struct SplitSweep {
  TomlTable base;                  ///< the file's, without [sweep]
  std::vector<SweptTable> points;  ///< the last key varies fastest; empty without [sweep]
};

/// Errors: invalid; messages name file, line and key.
Result<SplitSweep> split_sweep(const TomlTable& root, const std::string& file);

}  // namespace freshet::bench
