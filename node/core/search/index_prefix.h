// The index's words in alphabetical order, to find those that begin in some way. New words wait in
// a short tail that is searched as it is, and merged when it has grown: adding a word costs a few
// moves, and no lookup ever sorts.
#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "node/core/search/index_terms.h"

namespace freshet::core::search {

class SortedTerms {
 public:
  /// REQUIRES: term is in `terms`, and was not added before.
  void add(TermNumber term, const TermTable& terms);
  /// Words that begin with `prefix`, in no order that matters.
  [[nodiscard]] std::vector<TermNumber> matching(std::string_view prefix,
                                                 const TermTable& terms) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kMinTail = 1024;
  static constexpr std::size_t kTailShare = 8;  ///< the tail is at most 1/8 of the rest

  std::vector<TermNumber> sorted_;
  std::vector<TermNumber> tail_;
};

}  // namespace freshet::core::search
