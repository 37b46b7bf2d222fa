// Values of which there are few and users are many: each is kept once, under a small number, for as
// long as somebody uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <utility>
#include <vector>

#include <tsl/robin_set.h>

#include "node/base/check.h"

namespace freshet::store {

/// `Seen` is what a value is looked up by: it compares with a Value, and makes one. `Hash` takes it
/// and Values. `Extra`: what is kept beside each value, made anew with it.
template <typename Value, typename Seen, typename Hash, typename Extra>
class Interned {
 public:
  using Number = std::uint32_t;

  Interned() : numbers_(0, HashOf{&entries_}, Same{&entries_}) { numbers_.max_load_factor(kLoad); }
  Interned(const Interned&) = delete;
  Interned& operator=(const Interned&) = delete;
  Interned(Interned&&) = delete;
  Interned& operator=(Interned&&) = delete;
  ~Interned() = default;

  /// One user more.
  Number take(const Seen& seen) {
    if (const auto known = find(seen)) {
      ++entries_[*known].users;
      return *known;
    }
    const Number number = free_place();
    entries_[number] = {.value = Value(seen), .extra = {}, .users = 1};
    numbers_.insert(number);
    return number;
  }
  /// One user less. REQUIRES: take() gave the number.
  void drop(Number number) {
    Entry& entry = entries_[number];
    FRESHET_CHECK(entry.users > 0);
    if (--entry.users > 0) return;
    numbers_.erase(number);
    entry = {};
    free_.push_back(number);
  }
  [[nodiscard]] std::optional<Number> find(const Seen& seen) const {
    const auto found = numbers_.find(seen);
    return found == numbers_.end() ? std::nullopt : std::optional(*found);
  }
  [[nodiscard]] const Value& operator[](Number number) const { return entries_[number].value; }
  [[nodiscard]] Extra& extra(Number number) { return entries_[number].extra; }
  [[nodiscard]] const Extra& extra(Number number) const { return entries_[number].extra; }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  /// What the values themselves hold on the heap is not counted.
  [[nodiscard]] std::size_t memory_bytes() const {
    return entries_.size() * sizeof(Entry) + free_.capacity() * sizeof(Number)
           + numbers_.bucket_count() * kBucketBytes;
  }

 private:
  struct Entry {
    Value value = {};
    Extra extra = {};
    std::uint32_t users = 0;
  };
  using Entries = std::deque<Entry>;
  struct HashOf {
    const Entries* entries;
    std::size_t operator()(const Seen& seen) const { return Hash()(seen); }
    std::size_t operator()(Number number) const { return Hash()((*entries)[number].value); }
  };
  struct Same {
    // NOLINTNEXTLINE(readability-identifier-naming): the name that containers look for
    using is_transparent = void;
    const Entries* entries;
    bool operator()(Number a, Number b) const { return a == b; }
    bool operator()(Number a, const Seen& b) const { return (*entries)[a].value == b; }
    bool operator()(const Seen& a, Number b) const { return (*entries)[b].value == a; }
  };
  static constexpr float kLoad = 0.8F;
  // Of robin_set<uint32_t>: the number, and its distance from home.
  static constexpr std::size_t kBucketBytes = 8;

  Number free_place() {
    if (free_.empty()) {
      entries_.emplace_back();
      return static_cast<Number>(entries_.size() - 1);
    }
    const Number number = free_.back();
    free_.pop_back();
    return number;
  }

  Entries entries_;
  std::vector<Number> free_;
  tsl::robin_set<Number, HashOf, Same> numbers_;
};

}  // namespace freshet::store
