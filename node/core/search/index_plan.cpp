#include "node/core/search/index_plan.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>

#include "node/core/search/file_kinds.h"
#include "node/core/search/index.h"
#include "node/core/search/spaced_words.h"

namespace freshet::core::search {
namespace {

// Folded as it is, and one run of the tokeniser.
bool is_one_word(std::string_view extension) {
  return extension.size() <= kMaxWordBytes
         && std::all_of(extension.begin(), extension.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            });
}

}  // namespace

std::optional<Plan> Plan::of(const wire::Query& query, const IndexPart& part, Budget& budget) {
  Plan plan(part);
  if (!plan.add_words(query)) return std::nullopt;
  if (query.filter && !plan.add_filter(*query.filter, budget)) return std::nullopt;
  for (const std::string& words : query.excluded) {
    Wanted wanted;
    if (resolve(words, kMaxJoinedWords, part, wanted) && !wanted.empty())
      plan.excluded_.push_back(std::move(wanted));
  }
  std::stable_sort(plan.clauses_.begin(),
                   plan.clauses_.end(),
                   [](const Clause& a, const Clause& b) { return a.cost() < b.cost(); });
  return plan;
}

bool Plan::add_words(const wire::Query& query) {
  for (const auto* list : {&query.terms, &query.phrases}) {
    for (const std::string& words : *list) {
      Wanted wanted;
      if (!resolve(words, kMaxJoinedWords, *part_, wanted)) continue;
      if (wanted.empty()) return false;
      add_clause(std::move(wanted));
    }
  }
  return true;
}

bool Plan::add_filter(const wire::QueryFilter& filter, Budget& budget) {
  for (const auto& any : filter.any_of) {
    if (!add_any(any, budget)) return false;
  }
  for (const std::string& words : filter.folders) {
    Wanted wanted;
    if (words.find(' ') != std::string::npos) continue;
    if (resolve(words, kMaxJoinedWords, *part_, wanted) && wanted.empty()) return false;
    add_clause(std::move(wanted));
  }
  if (!filter.extensions.empty() && !add_extensions(filter.extensions, budget)) return false;
  for (const auto* list : {&filter.artists, &filter.titles, &filter.albums}) {
    if (!add_each_word(*list)) return false;
  }
  return filter.kinds == 0 || add_extensions(extensions_of(filter.kinds), budget);
}

bool Plan::add_each_word(const std::vector<std::string>& texts) {
  for (const std::string& text : texts) {
    const bool known = all_words(text, [&](std::string_view word) {
      Wanted wanted;
      if (!resolve(word, kMaxJoinedWords, *part_, wanted) || wanted.empty()) return false;
      add_clause(std::move(wanted));
      return true;
    });
    if (!known) return false;
  }
  return true;
}

bool Plan::add_extensions(const std::vector<std::string>& extensions, Budget& budget) {
  std::vector<TermNumber> known;
  for (const std::string& extension : extensions) {
    if (!is_one_word(extension)) return true;  // not a word of the index: the files decide
    if (const auto term = part_->find(extension)) known.push_back(*term);
  }
  if (known.empty()) return false;
  add_clause({}, files_with_any(known, *part_, budget));
  return true;
}

bool Plan::add_any(const wire::QueryFilter::AnyOf& any, Budget& budget) {
  Wanted wanted;
  for (const std::string& words : any.words) resolve(words, kMaxJoinedWords, *part_, wanted);
  std::vector<TermNumber> begun;
  for (const std::string& prefix : any.prefixes) {
    const auto matching = part_->beginning_with(cut_word(prefix));
    begun.insert(begun.end(), matching.begin(), matching.end());
  }
  if (wanted.empty() && begun.empty()) return false;
  add_clause(std::move(wanted), files_with_any(begun, *part_, budget));
  return true;
}

bool Plan::looks_at_tokens() const {
  return !excluded_.empty()
         || std::any_of(
             clauses_.begin(), clauses_.end(), [](const Clause& each) { return each.ordered(); });
}

bool Plan::accepts(Slot slot, const std::vector<FileToken>& file) const {
  return std::all_of(clauses_.begin(),
                     clauses_.end(),
                     [&](const Clause& each) { return each.accepts(slot, file); })
         && std::none_of(excluded_.begin(), excluded_.end(), [&](const Wanted& wanted) {
              return matches(file, wanted);
            });
}

}  // namespace freshet::core::search
