// A part of the index as lookups read it: words under numbers, each with its files, and each file's
// tokens. One that grows is index_growing.h. A part numbers its files (Slot) and words for itself.
#pragma once

#include <cstddef>
#include <optional>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/core/search/index_postings.h"
#include "node/core/search/index_terms.h"

namespace freshet::core::search {

class IndexPart {
 public:
  IndexPart() = default;
  IndexPart(const IndexPart&) = delete;
  IndexPart& operator=(const IndexPart&) = delete;
  IndexPart(IndexPart&&) = delete;
  IndexPart& operator=(IndexPart&&) = delete;
  virtual ~IndexPart() = default;

  /// Words are numbered from 0 to this.
  [[nodiscard]] virtual TermNumber terms() const = 0;
  [[nodiscard]] virtual std::optional<TermNumber> find(std::string_view word) const = 0;
  [[nodiscard]] virtual std::string_view word(TermNumber term) const = 0;
  /// In no order that matters.
  [[nodiscard]] virtual std::vector<TermNumber> beginning_with(std::string_view prefix) const = 0;
  /// The files that have the word.
  [[nodiscard]] virtual PostingsView postings(TermNumber term) const = 0;

  /// Files are numbered from 0 to this, in the order of addition.
  [[nodiscard]] virtual Slot slots() const = 0;
  /// What put_token() wrote of the file (index_match.h).
  [[nodiscard]] virtual ByteView tokens(Slot slot) const = 0;

  /// On the heap.
  [[nodiscard]] virtual std::size_t memory_bytes() const = 0;
};

}  // namespace freshet::core::search
