// The words of a phrase, as queries hold it: separated by spaces.
#pragma once

#include <algorithm>
#include <string_view>

namespace freshet::core::search {

/// Visits each word in order until `visit(word)` is false. True when it never was.
template <typename Visit>
bool all_words(std::string_view spaced, Visit&& visit) {
  while (!spaced.empty()) {
    const std::size_t end = std::min(spaced.find(' '), spaced.size());
    if (end > 0 && !visit(spaced.substr(0, end))) return false;
    spaced.remove_prefix(std::min(end + 1, spaced.size()));
  }
  return true;
}

}  // namespace freshet::core::search
