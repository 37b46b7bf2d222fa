// A query as one part of the index can answer it: what a file must satisfy, and what it must not.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "node/core/search/index_clause.h"
#include "node/core/search/index_part.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

class Plan {
 public:
  /// nullopt: nothing in the part can match. The part must not change while the plan is used.
  static std::optional<Plan> of(const wire::Query& query, const IndexPart& part, Budget& budget);

  /// Every file satisfies it, but for what must not match.
  [[nodiscard]] bool takes_all() const { return clauses_.empty(); }
  /// The first file from `target` on that may match.
  std::optional<Slot> seek(Slot target, Budget& budget) {
    return seek_all(clauses_, target, budget);
  }
  /// The postings alone do not decide: accepts() does.
  [[nodiscard]] bool looks_at_tokens() const;
  [[nodiscard]] bool accepts(Slot slot, const std::vector<FileToken>& file) const;

 private:
  explicit Plan(const IndexPart& part) : part_(&part) {}
  // Each: false when nothing can match.
  bool add_words(const wire::Query& query);
  bool add_filter(const wire::QueryFilter& filter, Budget& budget);
  bool add_each_word(const std::vector<std::string>& texts);
  bool add_any(const wire::QueryFilter::AnyOf& any, Budget& budget);
  bool add_extensions(const std::vector<std::string>& extensions, Budget& budget);
  void add_clause(Wanted wanted, std::vector<Slot> listed = {}) {
    clauses_.emplace_back(std::move(wanted), std::move(listed), *part_);
  }

  const IndexPart* part_;
  std::vector<Clause> clauses_;  ///< cheapest first
  std::vector<Wanted> excluded_;
};

}  // namespace freshet::core::search
