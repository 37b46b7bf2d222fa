#include "node/core/search/index.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/base/check.h"
#include "node/core/search/index_growing.h"
#include "node/core/search/index_plan.h"
#include "node/core/search/index_room.h"
#include "node/core/search/tokenizer.h"
#include "node/core/word_hash.h"

namespace freshet::core::search {
namespace {

// Below so many dead files a rebuild is not worth its cost.
constexpr std::size_t kMinDeadFiles = 1024;
constexpr std::uint32_t kNowhere = UINT32_MAX;
// A file that is looked at costs more than a posting.
constexpr std::size_t kAcceptSteps = 2;

}  // namespace

struct Index::State {
  struct Part {
    std::shared_ptr<const IndexPart> words;
    std::uint32_t first = 0;        ///< place of its slot 0; places go through all parts
    std::vector<FileNumber> files;  ///< by slot
    std::size_t dead = 0;
  };

  explicit State(std::uint64_t key) : hash_key(key) { begin_part(); }

  /// Another part grows.
  void begin_part() {
    const std::uint32_t first = sealed.empty() && !growing ? 0 : end();
    if (growing) sealed.push_back(std::move(last));
    growing = std::make_shared<GrowingPart>(hash_key);
    last = {.words = growing, .first = first, .files = {}, .dead = 0};
  }
  /// Where the next file goes.
  [[nodiscard]] std::uint32_t end() const { return last.first + last.words->slots(); }
  void set_place(FileNumber file, std::uint32_t place) {
    if (file.value >= places.size()) {
      make_room(places, file.value + 1 - places.size());
      places.resize(file.value + std::size_t{1}, kNowhere);
    }
    places[file.value] = place;
  }
  void put(FileNumber file) {
    set_place(file, end());
    make_room(last.files, 1);
    last.files.push_back(file);
  }
  /// All of them anew.
  void number_places() {
    places.assign(places.size(), kNowhere);
    size = 0;
    for_each_part([&](const Part& part) {
      for (Slot slot = 0; slot < part.files.size(); ++slot) {
        if (part.files[slot] == kNoFile) continue;
        set_place(part.files[slot], part.first + slot);
        ++size;
      }
    });
  }
  [[nodiscard]] Part& part_of(std::uint32_t place) {
    if (place >= last.first) return last;
    return *std::find_if(
        sealed.rbegin(), sealed.rend(), [&](const Part& part) { return place >= part.first; });
  }
  template <typename Visit>
  void for_each_part(const Visit& visit) const {
    for (const Part& part : sealed) visit(part);
    visit(last);
  }
  void find_in(const Part& part,
               const wire::Query& query,
               std::size_t limit,
               const Accept& accept,
               Budget& budget,
               std::vector<FileNumber>& found) const;

  std::uint64_t hash_key;
  std::vector<Part> sealed;  ///< in order of addition
  Part last;
  std::shared_ptr<GrowingPart> growing;  ///< the last one's words
  std::vector<std::uint32_t> places;     ///< by file number
  std::size_t size = 0;
};

Index::Index(std::uint64_t hash_key) : state_(std::make_unique<State>(hash_key)) {}
Index::~Index() = default;
Index::Index(Index&&) noexcept = default;
Index& Index::operator=(Index&&) noexcept = default;

bool Index::add(FileNumber file, ByteView relative_path, std::span<const std::string_view> more) {
  remove(file);
  State& state = *state_;
  if (state.end() >= kMaxIndexedFiles || state.growing->full()) return false;
  state.put(file);
  state.growing->add(relative_path, more);
  ++state.size;
  return true;
}

bool Index::remove(FileNumber file) {
  State& state = *state_;
  if (file.value >= state.places.size()) return false;
  const std::uint32_t place = std::exchange(state.places[file.value], kNowhere);
  if (place == kNowhere) return false;
  State::Part& part = state.part_of(place);
  part.files[place - part.first] = kNoFile;
  ++part.dead;
  --state.size;
  if (state.last.dead > kMinDeadFiles && state.last.dead * 2 > state.last.files.size()) compact();
  return true;
}

void Index::compact() {
  State& state = *state_;
  const State::Part before = std::move(state.last);
  state.growing = std::make_shared<GrowingPart>(state.hash_key);
  state.last = {.words = state.growing, .first = before.first, .files = {}, .dead = 0};
  std::vector<TermNumber> numbers;
  for (Slot slot = 0; slot < before.files.size(); ++slot) {
    if (before.files[slot] == kNoFile) continue;
    state.put(before.files[slot]);
    state.growing->add(*before.words, slot, numbers);
  }
}

void Index::State::find_in(const Part& part,
                           const wire::Query& query,
                           std::size_t limit,
                           const Accept& accept,
                           Budget& budget,
                           std::vector<FileNumber>& found) const {
  auto plan = Plan::of(query, *part.words, budget);
  if (!plan || (plan->takes_all() && !accept)) return;
  const bool check = plan->looks_at_tokens();
  std::vector<FileToken> tokens;
  for (Slot target = 0; found.size() < limit && target < part.files.size(); ++target) {
    const auto slot = plan->seek(target, budget);
    if (!slot) break;
    target = *slot;
    const FileNumber file = part.files[target];
    if (file == kNoFile) continue;
    if (!budget.spend(accept ? kAcceptSteps : 0)) break;
    if (check) {
      get_tokens(part.words->tokens(target), tokens);
      if (!budget.spend(tokens.size())) break;
      if (!plan->accepts(target, tokens)) continue;
    }
    if (!accept || accept(file)) found.push_back(file);
  }
}

std::vector<FileNumber> Index::find(const wire::Query& query,
                                    std::size_t limit,
                                    const Accept& accept) const {
  std::vector<FileNumber> found;
  if (query.content) return found;
  Budget budget{kMaxFindSteps};
  state_->for_each_part(
      [&](const State::Part& part) { state_->find_in(part, query, limit, accept, budget, found); });
  return found;
}

bool Index::lacks_word(std::string_view term) const {
  if (term.empty() || term.find(' ') != std::string_view::npos) return false;
  bool lacks = true;
  state_->for_each_part([&, word = cut_word(term)](const State::Part& part) {
    lacks = lacks && !part.words->find(word);
  });
  return lacks;
}

std::vector<std::uint32_t> Index::word_hashes() const {
  std::vector<std::uint32_t> hashes;
  state_->for_each_part([&](const State::Part& part) {
    for (TermNumber term = 0; term < part.words->terms(); ++term)
      hashes.push_back(hash_word(part.words->word(term)));
  });
  return hashes;
}

std::size_t Index::size() const {
  return state_->size;
}

std::size_t Index::memory_bytes() const {
  std::size_t total = state_->places.capacity() * sizeof(std::uint32_t);
  state_->for_each_part([&](const State::Part& part) {
    total += part.words->memory_bytes() + part.files.capacity() * sizeof(FileNumber);
  });
  return total;
}

Index::Sealed Index::seal() {
  State& state = *state_;
  if (state.last.words->slots() > 0) state.begin_part();
  Sealed sealed;
  sealed.files.reserve(state.size);
  for (const State::Part& part : state.sealed) {
    const auto number = static_cast<std::uint32_t>(sealed.parts.size());
    sealed.parts.push_back(part.words);
    for (Slot slot = 0; slot < part.files.size(); ++slot) {
      const FileNumber file = part.files[slot];
      if (file != kNoFile) sealed.files.push_back({.file = file, .part = number, .slot = slot});
    }
  }
  return sealed;
}

Index::Parts Index::replace_sealed(std::shared_ptr<const IndexPart> part,
                                   std::vector<FileNumber> files) {
  State& state = *state_;
  FRESHET_CHECK(files.size() == part->slots());
  for (FileNumber& file : files) {
    const bool is_sealed =
        file.value < state.places.size() && state.places[file.value] < state.last.first;
    if (!is_sealed) file = kNoFile;
  }
  const auto dead = static_cast<std::size_t>(std::ranges::count(files, kNoFile));
  Parts before;
  for (State::Part& each : state.sealed) before.push_back(std::move(each.words));
  state.sealed.clear();
  state.sealed.push_back(
      {.words = std::move(part), .first = 0, .files = std::move(files), .dead = dead});
  state.last.first = state.sealed.front().words->slots();
  state.number_places();
  return before;
}

bool Index::adopt(Slot slot, FileNumber file) {
  State& state = *state_;
  if (state.sealed.size() != 1 || slot >= state.sealed.front().files.size()) return false;
  State::Part& part = state.sealed.front();
  if (part.files[slot] != kNoFile) return false;
  remove(file);
  part.files[slot] = file;
  --part.dead;
  state.set_place(file, slot);
  ++state.size;
  return true;
}

std::size_t Index::unsealed() const {
  return state_->last.files.size() - state_->last.dead;
}

std::size_t Index::dead_sealed() const {
  std::size_t dead = 0;
  for (const State::Part& part : state_->sealed) dead += part.dead;
  return dead;
}

}  // namespace freshet::core::search
