#include "node/core/search/index_clause.h"

#include <algorithm>
#include <utility>

namespace freshet::core::search {

bool Budget::spend(std::size_t steps) {
  if (left < steps) {
    left = 0;
    return false;
  }
  left -= steps;
  return true;
}

AllOf::AllOf(const Chain& chain, const IndexPart& part) {
  Chain rarest_first = chain;
  std::sort(rarest_first.begin(), rarest_first.end(), [&](TermNumber a, TermNumber b) {
    return part.postings(a).count < part.postings(b).count;
  });
  cost_ = part.postings(rarest_first.front()).count;
  for (const TermNumber term : rarest_first) cursors_.emplace_back(part.postings(term));
}

std::optional<Slot> AllOf::seek(Slot target, Budget& budget) {
  for (std::size_t i = 0; i < cursors_.size();) {
    if (!budget.spend(1)) return std::nullopt;
    const auto slot = cursors_[i].seek(target);
    if (!slot) return std::nullopt;
    i = *slot == target ? i + 1 : (i == 0 ? 1 : 0);  // a miss: on from the rarest
    target = *slot;
  }
  return target;
}

Clause::Clause(Wanted wanted, std::vector<Slot> listed, const IndexPart& part)
    : wanted_(std::move(wanted)),
      listed_(std::move(listed)),
      cost_(listed_.size()) {
  for (const Chain& chain : wanted_) {
    chains_.emplace_back(chain, part);
    cost_ += chains_.back().cost();
    ordered_ = ordered_ || chain.size() > 1;
  }
}

std::optional<Slot> Clause::seek(Slot target, Budget& budget) {
  std::optional<Slot> nearest;
  const auto listed = std::lower_bound(listed_.begin(), listed_.end(), target);
  if (listed != listed_.end() && budget.spend(1)) nearest = *listed;
  for (AllOf& chain : chains_) {
    if (nearest == target) break;
    const auto slot = chain.seek(target, budget);
    if (slot && (!nearest || *slot < *nearest)) nearest = slot;
  }
  return nearest;
}

bool Clause::accepts(Slot slot, const std::vector<FileToken>& file) const {
  return !ordered_ || std::binary_search(listed_.begin(), listed_.end(), slot)
         || matches(file, wanted_);
}

std::optional<Slot> seek_all(std::vector<Clause>& clauses, Slot target, Budget& budget) {
  for (std::size_t i = 0; i < clauses.size();) {
    const auto slot = clauses[i].seek(target, budget);
    if (!slot) return std::nullopt;
    i = *slot == target ? i + 1 : (i == 0 ? 1 : 0);
    target = *slot;
  }
  return target;
}

std::vector<Slot> files_with_any(const std::vector<TermNumber>& terms,
                                 const IndexPart& part,
                                 Budget& budget) {
  std::vector<Slot> found;
  for (const TermNumber term : terms) {
    const PostingsView postings = part.postings(term);
    if (!budget.spend(postings.count)) break;
    PostingsCursor cursor(postings);
    for (auto slot = cursor.seek(0); slot; slot = cursor.seek(*slot + 1)) found.push_back(*slot);
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace freshet::core::search
