#include "node/core/search/index_prefix.h"

#include <algorithm>

namespace freshet::core::search {

void SortedTerms::add(TermNumber term, const TermTable& terms) {
  tail_.push_back(term);
  if (tail_.size() < std::max(kMinTail, sorted_.size() / kTailShare)) return;
  const auto before = [&](TermNumber a, TermNumber b) {
    return terms.word(a) < terms.word(b);
  };
  std::sort(tail_.begin(), tail_.end(), before);
  const auto middle = sorted_.insert(sorted_.end(), tail_.begin(), tail_.end());
  std::inplace_merge(sorted_.begin(), middle, sorted_.end(), before);
  tail_.clear();
}

std::vector<TermNumber> SortedTerms::matching(std::string_view prefix,
                                              const TermTable& terms) const {
  auto at = std::lower_bound(
      sorted_.begin(), sorted_.end(), prefix, [&](TermNumber term, std::string_view wanted) {
        return terms.word(term) < wanted;
      });
  std::vector<TermNumber> found;
  for (; at != sorted_.end() && terms.word(*at).starts_with(prefix); ++at) found.push_back(*at);
  for (const TermNumber term : tail_) {
    if (terms.word(term).starts_with(prefix)) found.push_back(term);
  }
  return found;
}

std::size_t SortedTerms::memory_bytes() const {
  return (sorted_.capacity() + tail_.capacity()) * sizeof(TermNumber);
}

}  // namespace freshet::core::search
