// The pairs of pairs.txt, read: folders of names, and queries with the files that they must find.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace freshet::core::search::relevance {

using Words = std::vector<std::string>;
using Numbers = std::vector<std::uint32_t>;

struct Pair {
  Words typed;
  std::optional<Numbers> expected;  ///< ascending; nullopt: an error
  std::size_t line = 0;             ///< of the data file
};

struct Folder {
  std::string title;
  Words names;  ///< file N is names[N - 1]
  std::vector<Pair> pairs;
};

/// Throws std::runtime_error with the line of what it cannot read.
std::vector<Folder> read_suite(const std::string& file);

}  // namespace freshet::core::search::relevance
