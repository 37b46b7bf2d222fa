#include "node/core/search/index.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/core/search/file_kinds.h"
#include "node/core/search/index_clause.h"
#include "node/core/search/index_match.h"
#include "node/core/search/index_prefix.h"
#include "node/core/search/index_room.h"
#include "node/core/search/index_terms.h"
#include "node/core/word_hash.h"

namespace freshet::core::search {
namespace {

// Below so many dead files a rebuild is not worth its cost.
constexpr std::size_t kMinDeadFiles = 1024;
constexpr Slot kNoSlot = UINT32_MAX;
// Two numbers in LEB128.
constexpr std::size_t kMaxTokenBytes = 10;
constexpr std::size_t kMaxStreamBytes = UINT32_MAX - kMaxTextBytes * 64;

// Folded as it is, and one run of the tokeniser.
bool is_one_word(std::string_view extension) {
  return extension.size() <= kMaxWordBytes
         && std::all_of(extension.begin(), extension.end(), [](char c) {
              return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
            });
}

// A file that is looked at costs more than a posting.
constexpr std::size_t kAcceptSteps = 2;

}  // namespace

// What a file must satisfy, cheapest first; and what it must not.
struct Index::Plan {
  std::vector<Clause> clauses;
  std::vector<Wanted> excluded;

  // The postings alone do not decide.
  [[nodiscard]] bool looks_at_tokens() const {
    return !excluded.empty()
           || std::any_of(clauses.begin(), clauses.end(), [](const Clause& clause) {
                return clause.ordered();
              });
  }
  [[nodiscard]] bool accepts(Slot slot, const std::vector<FileToken>& file) const {
    return std::all_of(clauses.begin(),
                       clauses.end(),
                       [&](const Clause& each) { return each.accepts(slot, file); })
           && std::none_of(excluded.begin(), excluded.end(), [&](const Wanted& wanted) {
                return matches(file, wanted);
              });
  }
};

struct Index::State {
  struct File {
    FileNumber number;
    std::uint32_t stream_at;
  };

  explicit State(std::uint64_t hash_key) : terms(hash_key) {}

  [[nodiscard]] ByteView stream(Slot slot) const {
    const std::size_t from = files[slot].stream_at;
    const std::size_t to = slot + 1 < files.size() ? files[slot + 1].stream_at : streams.size();
    return ByteView(streams).subspan(from, to - from);
  }
  void begin_file(FileNumber number) {
    if (number.value >= slots.size()) {
      make_room(slots, number.value + 1 - slots.size());
      slots.resize(number.value + std::size_t{1}, kNoSlot);
    }
    slots[number.value] = static_cast<Slot>(files.size());
    make_room(files, 1);
    files.push_back({.number = number, .stream_at = static_cast<std::uint32_t>(streams.size())});
    dead.push_back(false);
  }
  TermNumber term_of(std::string_view word) {
    const TermNumber term = terms.intern(word);
    if (term == postings.size()) {
      make_room(postings, 1);
      postings.emplace_back();
      sorted.add(term, terms);
    }
    return term;
  }
  // A token of the last file.
  void add_token(TermNumber term, std::uint32_t parts) {
    postings[term].append(static_cast<Slot>(files.size() - 1));
    make_room(streams, kMaxTokenBytes);
    put_token(term, parts, streams);
  }
  // False when nothing can match.
  bool plan(const wire::Query& query, Plan& plan, Budget& budget) const;
  bool plan_filter(const wire::QueryFilter& filter, Plan& plan, Budget& budget) const;
  bool plan_any(const wire::QueryFilter::AnyOf& any, Plan& plan, Budget& budget) const;
  bool plan_extensions(const std::vector<std::string>& extensions,
                       Plan& plan,
                       Budget& budget) const;

  TermTable terms;
  SortedTerms sorted;
  std::vector<Postings> postings;  // by term
  std::vector<File> files;         // by slot
  std::vector<bool> dead;          // by slot
  std::vector<Byte> streams;       // the files' tokens, by slot
  std::vector<Slot> slots;         // by file number
  std::size_t dead_count = 0;
  // Files come folder by folder: the tokens of the last one's folder, which ends in a slash.
  struct FolderToken {
    TermNumber term;
    std::uint32_t parts;
  };
  Bytes folder;
  std::vector<FolderToken> folder_tokens;
};

bool Index::State::plan(const wire::Query& query, Plan& plan, Budget& budget) const {
  for (const auto* list : {&query.terms, &query.phrases}) {
    for (const std::string& words : *list) {
      Wanted wanted;
      if (!resolve(words, kMaxJoinedWords, terms, wanted)) continue;
      if (wanted.empty()) return false;
      plan.clauses.emplace_back(std::move(wanted), std::vector<Slot>{}, postings);
    }
  }
  if (query.filter && !plan_filter(*query.filter, plan, budget)) return false;
  for (const std::string& words : query.excluded) {
    Wanted wanted;
    if (resolve(words, kMaxJoinedWords, terms, wanted) && !wanted.empty()) {
      plan.excluded.push_back(std::move(wanted));
    }
  }
  std::stable_sort(plan.clauses.begin(), plan.clauses.end(), [](const Clause& a, const Clause& b) {
    return a.cost() < b.cost();
  });
  return true;
}

// An extension and a folder's name are words of the path too: the postings narrow the files down
// before anybody looks at them one by one.
bool Index::State::plan_filter(const wire::QueryFilter& filter, Plan& plan, Budget& budget) const {
  for (const auto& any : filter.any_of) {
    if (!plan_any(any, plan, budget)) return false;
  }
  for (const std::string& words : filter.folders) {
    Wanted wanted;
    if (words.find(' ') != std::string::npos) continue;
    if (resolve(words, kMaxJoinedWords, terms, wanted) && wanted.empty()) return false;
    plan.clauses.emplace_back(std::move(wanted), std::vector<Slot>{}, postings);
  }
  if (!filter.extensions.empty() && !plan_extensions(filter.extensions, plan, budget)) return false;
  return filter.kinds == 0 || plan_extensions(extensions_of(filter.kinds), plan, budget);
}

bool Index::State::plan_extensions(const std::vector<std::string>& extensions,
                                   Plan& plan,
                                   Budget& budget) const {
  std::vector<TermNumber> known;
  for (const std::string& extension : extensions) {
    if (!is_one_word(extension)) return true;  // not a word of the index: the files decide
    if (const auto term = terms.find(extension)) known.push_back(*term);
  }
  if (known.empty()) return false;
  plan.clauses.emplace_back(Wanted{}, files_with_any(known, postings, budget), postings);
  return true;
}

bool Index::State::plan_any(const wire::QueryFilter::AnyOf& any, Plan& plan, Budget& budget) const {
  Wanted wanted;
  for (const std::string& words : any.words) resolve(words, kMaxJoinedWords, terms, wanted);
  std::vector<TermNumber> begun;
  for (const std::string& prefix : any.prefixes) {
    const auto matching = sorted.matching(cut_word(prefix), terms);
    begun.insert(begun.end(), matching.begin(), matching.end());
  }
  if (wanted.empty() && begun.empty()) return false;
  plan.clauses.emplace_back(std::move(wanted), files_with_any(begun, postings, budget), postings);
  return true;
}

Index::Index(std::uint64_t hash_key) : state_(std::make_unique<State>(hash_key)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

bool Index::add(FileNumber file, ByteView relative_path) {
  remove(file);
  State& state = *state_;
  if (state.files.size() >= kMaxIndexedFiles || state.terms.full()
      || state.streams.size() > kMaxStreamBytes) {
    return false;
  }
  state.begin_file(file);
  const auto slash = std::find(relative_path.rbegin(), relative_path.rend(), Byte{'/'});
  auto name_at = static_cast<std::size_t>(relative_path.rend() - slash);
  if (relative_path.size() > kMaxTextBytes) name_at = 0;  // cut as a whole, from its end
  if (name_at > 0) add_folder(relative_path.first(name_at));
  add_tokens(relative_path.subspan(name_at));
  return true;
}

void Index::add_tokens(ByteView text) {
  tokenize(text, scratch_);
  for (const Token& token : scratch_.list)
    state_->add_token(state_->term_of(scratch_.word(token)), token.parts);
}

// A slash separates words, and no letter or mark is joined across it: a path's tokens are those of
// its folder, and then those of its name.
void Index::add_folder(ByteView folder) {
  State& state = *state_;
  if (!std::ranges::equal(folder, state.folder)) {
    tokenize(folder, scratch_);
    state.folder.assign(folder.begin(), folder.end());
    state.folder_tokens.clear();
    for (const Token& token : scratch_.list)
      state.folder_tokens.push_back({state.term_of(scratch_.word(token)), token.parts});
  }
  for (const auto& token : state.folder_tokens) state.add_token(token.term, token.parts);
}

bool Index::remove(FileNumber file) {
  if (file.value >= state_->slots.size()) return false;
  const Slot slot = std::exchange(state_->slots[file.value], kNoSlot);
  if (slot == kNoSlot) return false;
  state_->dead[slot] = true;
  ++state_->dead_count;
  if (state_->dead_count > kMinDeadFiles && state_->dead_count * 2 > state_->files.size()) {
    compact();
  }
  return true;
}

void Index::compact() {
  auto fresh = std::make_unique<State>(state_->terms.hash_key());
  std::vector<FileToken> tokens;
  for (Slot slot = 0; slot < state_->files.size(); ++slot) {
    if (state_->dead[slot]) continue;
    fresh->begin_file(state_->files[slot].number);
    get_tokens(state_->stream(slot), tokens);
    for (const FileToken& token : tokens) {
      fresh->add_token(fresh->term_of(state_->terms.word(token.term)), token.end - token.first);
    }
  }
  state_ = std::move(fresh);
}

std::vector<FileNumber> Index::find(const wire::Query& query,
                                    std::size_t limit,
                                    const Accept& accept) const {
  const State& state = *state_;
  std::vector<FileNumber> found;
  Plan plan;
  Budget budget{kMaxFindSteps};
  if (query.content || !state.plan(query, plan, budget)) return found;
  if (plan.clauses.empty() && !accept) return found;
  const bool check = plan.looks_at_tokens();
  std::vector<FileToken> tokens;
  for (Slot target = 0; found.size() < limit && target < state.files.size(); ++target) {
    const auto slot = seek_all(plan.clauses, target, budget);
    if (!slot || !budget.spend(accept ? kAcceptSteps : 0)) break;
    target = *slot;
    if (state.dead[target]) continue;
    if (check) {
      get_tokens(state.stream(target), tokens);
      if (!budget.spend(tokens.size())) break;
      if (!plan.accepts(target, tokens)) continue;
    }
    const FileNumber number = state.files[target].number;
    if (!accept || accept(number)) found.push_back(number);
  }
  return found;
}

bool Index::lacks_word(std::string_view term) const {
  const bool is_one = !term.empty() && term.find(' ') == std::string_view::npos;
  return is_one && !state_->terms.find(cut_word(term));
}

std::vector<std::uint32_t> Index::word_hashes() const {
  const TermTable& terms = state_->terms;
  std::vector<std::uint32_t> hashes;
  hashes.reserve(terms.size());
  for (TermNumber term = 0; term < terms.size(); ++term)
    hashes.push_back(hash_word(terms.word(term)));
  return hashes;
}

std::size_t Index::size() const {
  return state_->files.size() - state_->dead_count;
}

std::size_t Index::memory_bytes() const {
  const State& state = *state_;
  std::size_t total = state.terms.memory_bytes() + state.streams.capacity()
                      + state.postings.capacity() * sizeof(Postings)
                      + state.files.capacity() * sizeof(State::File) + state.dead.capacity() / 8
                      + state.slots.capacity() * sizeof(Slot) + state.sorted.memory_bytes();
  for (const Postings& postings : state.postings) total += postings.memory_bytes();
  return total;
}

}  // namespace freshet::core::search
