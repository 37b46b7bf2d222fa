#include "node/core/search/index.h"

#include <algorithm>
#include <optional>
#include <utility>

#include <tsl/robin_map.h>

#include "node/core/search/index_match.h"
#include "node/core/search/index_terms.h"
#include "node/core/word_hash.h"

namespace freshet::core::search {
namespace {

// Below so many dead files a rebuild is not worth its cost.
constexpr std::size_t kMinDeadFiles = 1024;
constexpr std::size_t kMaxStreamBytes = UINT32_MAX - kMaxTextBytes * 64;

struct Budget {
  std::size_t left = kMaxFindSteps;
  bool spend(std::size_t steps) {
    if (left < steps) {
      left = 0;
      return false;
    }
    left -= steps;
    return true;
  }
};

// The files that have every word of a chain, in any order. The rarest word leads, the others gallop
// after it.
class AllOf {
 public:
  AllOf(const Chain& chain, const std::vector<Postings>& postings) {
    Chain rarest_first = chain;
    std::sort(rarest_first.begin(), rarest_first.end(), [&](TermNumber a, TermNumber b) {
      return postings[a].size() < postings[b].size();
    });
    cost_ = postings[rarest_first.front()].size();
    for (const TermNumber term : rarest_first) cursors_.emplace_back(postings[term]);
  }
  [[nodiscard]] std::size_t cost() const { return cost_; }

  std::optional<Slot> seek(Slot target, Budget& budget) {
    for (std::size_t i = 0; i < cursors_.size();) {
      if (!budget.spend(1)) return std::nullopt;
      const auto slot = cursors_[i].seek(target);
      if (!slot) return std::nullopt;
      i = *slot == target ? i + 1 : (i == 0 ? 1 : 0);  // a miss: on from the rarest
      target = *slot;
    }
    return target;
  }

 private:
  std::vector<PostingsCursor> cursors_;
  std::size_t cost_ = 0;
};

// The files that may match one term or phrase.
class AnyOf {
 public:
  AnyOf(Wanted wanted, const std::vector<Postings>& postings) : wanted_(std::move(wanted)) {
    for (const Chain& chain : wanted_) {
      chains_.emplace_back(chain, postings);
      cost_ += chains_.back().cost();
      ordered_ = ordered_ || chain.size() > 1;
    }
  }
  [[nodiscard]] std::size_t cost() const { return cost_; }
  /// The words' order matters, so a file's tokens have the last word.
  [[nodiscard]] bool ordered() const { return ordered_; }
  [[nodiscard]] const Wanted& wanted() const { return wanted_; }

  std::optional<Slot> seek(Slot target, Budget& budget) {
    std::optional<Slot> nearest;
    for (AllOf& chain : chains_) {
      const auto slot = chain.seek(target, budget);
      if (slot && (!nearest || *slot < *nearest)) nearest = slot;
      if (nearest == target) break;
    }
    return nearest;
  }

 private:
  Wanted wanted_;
  std::vector<AllOf> chains_;
  std::size_t cost_ = 0;
  bool ordered_ = false;
};

// The first slot from `target` on where every clause may match.
std::optional<Slot> seek_all(std::vector<AnyOf>& clauses, Slot target, Budget& budget) {
  for (std::size_t i = 0; i < clauses.size();) {
    const auto slot = clauses[i].seek(target, budget);
    if (!slot) return std::nullopt;
    i = *slot == target ? i + 1 : (i == 0 ? 1 : 0);
    target = *slot;
  }
  return target;
}

}  // namespace

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
    slots[number.value] = static_cast<Slot>(files.size());
    files.push_back({.number = number, .stream_at = static_cast<std::uint32_t>(streams.size())});
    dead.push_back(false);
  }
  // A token of the last file.
  void add_token(std::string_view word, std::uint32_t parts) {
    const TermNumber term = terms.intern(word);
    if (term == postings.size()) postings.emplace_back();
    postings[term].append(static_cast<Slot>(files.size() - 1));
    put_token(term, parts, streams);
  }
  // False when nothing can match. `excluded` takes what may not.
  bool plan(const wire::Query& query,
            std::vector<AnyOf>& clauses,
            std::vector<Wanted>& excluded) const;
  [[nodiscard]] bool accepts(const std::vector<FileToken>& file,
                             const std::vector<AnyOf>& clauses,
                             const std::vector<Wanted>& excluded) const;

  TermTable terms;
  std::vector<Postings> postings;  // by term
  std::vector<File> files;         // by slot
  std::vector<bool> dead;          // by slot
  std::vector<Byte> streams;       // the files' tokens, by slot
  tsl::robin_map<std::uint32_t, Slot> slots;
  std::size_t dead_count = 0;
};

bool Index::State::plan(const wire::Query& query,
                        std::vector<AnyOf>& clauses,
                        std::vector<Wanted>& excluded) const {
  for (const auto* list : {&query.terms, &query.phrases}) {
    for (const std::string& words : *list) {
      Wanted wanted;
      if (!resolve(words, kMaxJoinedWords, terms, wanted)) continue;
      if (wanted.empty()) return false;
      clauses.emplace_back(std::move(wanted), postings);
    }
  }
  for (const std::string& words : query.excluded) {
    Wanted wanted;
    if (resolve(words, kMaxJoinedWords, terms, wanted) && !wanted.empty()) {
      excluded.push_back(std::move(wanted));
    }
  }
  std::stable_sort(clauses.begin(), clauses.end(), [](const AnyOf& a, const AnyOf& b) {
    return a.cost() < b.cost();
  });
  return !clauses.empty();
}

bool Index::State::accepts(const std::vector<FileToken>& file,
                           const std::vector<AnyOf>& clauses,
                           const std::vector<Wanted>& excluded) const {
  return std::all_of(
             clauses.begin(),
             clauses.end(),
             [&](const AnyOf& each) { return !each.ordered() || matches(file, each.wanted()); })
         && std::none_of(excluded.begin(), excluded.end(), [&](const Wanted& wanted) {
              return matches(file, wanted);
            });
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
  tokenize(relative_path, scratch_);
  state.begin_file(file);
  for (const Token& token : scratch_.list) state.add_token(scratch_.word(token), token.parts);
  return true;
}

bool Index::remove(FileNumber file) {
  const auto found = state_->slots.find(file.value);
  if (found == state_->slots.end()) return false;
  state_->dead[found->second] = true;
  ++state_->dead_count;
  state_->slots.erase(found);
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
      fresh->add_token(state_->terms.word(token.term), token.end - token.first);
    }
  }
  state_ = std::move(fresh);
}

std::vector<FileNumber> Index::find(const wire::Query& query, std::size_t limit) const {
  const State& state = *state_;
  std::vector<FileNumber> found;
  std::vector<AnyOf> clauses;
  std::vector<Wanted> excluded;
  if (query.content || !state.plan(query, clauses, excluded)) return found;
  const bool check =
      !excluded.empty() || std::any_of(clauses.begin(), clauses.end(), [](const AnyOf& clause) {
        return clause.ordered();
      });
  Budget budget;
  std::vector<FileToken> tokens;
  for (Slot target = 0; found.size() < limit; ++target) {
    const auto slot = seek_all(clauses, target, budget);
    if (!slot) break;
    target = *slot;
    if (state.dead[target]) continue;
    if (check) {
      get_tokens(state.stream(target), tokens);
      if (!budget.spend(tokens.size())) break;
      if (!state.accepts(tokens, clauses, excluded)) continue;
    }
    found.push_back(state.files[target].number);
  }
  return found;
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
  return state_->slots.size();
}

std::size_t Index::memory_bytes() const {
  const State& state = *state_;
  std::size_t total = state.terms.memory_bytes() + state.streams.capacity()
                      + state.postings.capacity() * sizeof(Postings)
                      + state.files.capacity() * sizeof(State::File) + state.dead.capacity() / 8
                      + state.slots.bucket_count() * 3 * sizeof(std::uint32_t);
  for (const Postings& postings : state.postings) total += postings.memory_bytes();
  return total;
}

}  // namespace freshet::core::search
