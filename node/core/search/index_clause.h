// One condition of a query as the index walks it: the files that may satisfy it, in ascending
// order, and the exact rule for each. What a lookup may cost is counted here.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "node/core/search/index_match.h"
#include "node/core/search/index_part.h"

namespace freshet::core::search {

/// Steps that a lookup has left.
struct Budget {
  std::size_t left = 0;
  /// False, and nothing left, when that is too much.
  bool spend(std::size_t steps);
};

/// The files that have every word of a chain, in any order. The rarest word leads, the others
/// gallop after it.
class AllOf {
 public:
  AllOf(const Chain& chain, const IndexPart& part);
  [[nodiscard]] std::size_t cost() const { return cost_; }
  std::optional<Slot> seek(Slot target, Budget& budget);

 private:
  std::vector<PostingsCursor> cursors_;
  std::size_t cost_ = 0;
};

/// A file satisfies it by having one of the chains of `wanted`, or by being one of `listed`.
class Clause {
 public:
  /// `listed`: ascending. The part must not change meanwhile.
  Clause(Wanted wanted, std::vector<Slot> listed, const IndexPart& part);

  [[nodiscard]] std::size_t cost() const { return cost_; }
  /// The words' order matters, so a file's tokens have the last word.
  [[nodiscard]] bool ordered() const { return ordered_; }
  /// The first file from `target` on that may satisfy it.
  std::optional<Slot> seek(Slot target, Budget& budget);
  [[nodiscard]] bool accepts(Slot slot, const std::vector<FileToken>& file) const;

 private:
  Wanted wanted_;
  std::vector<AllOf> chains_;
  std::vector<Slot> listed_;
  std::size_t cost_ = 0;
  bool ordered_ = false;
};

/// The first slot from `target` on where every clause may hold.
std::optional<Slot> seek_all(std::vector<Clause>& clauses, Slot target, Budget& budget);

/// The files that have one of `terms`, ascending; those found by then when the budget ends.
std::vector<Slot> files_with_any(const std::vector<TermNumber>& terms,
                                 const IndexPart& part,
                                 Budget& budget);

}  // namespace freshet::core::search
