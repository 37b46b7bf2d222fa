// Values of which there are few and users are many: each is kept once, under a small number, for as
// long as somebody uses it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "node/base/check.h"
#include "node/store/chunked.h"
#include "node/store/number_set.h"

namespace freshet::store {

/// `Seen` is what a value is looked up by: it compares with a Value, and makes one. `Hash` takes it
/// and Values. `Extra`: what is kept beside each value, made anew with it.
template <typename Value, typename Seen, typename Hash, typename Extra>
class Interned {
 public:
  using Number = std::uint32_t;

  Interned() : numbers_(ValueOf{&entries_}) {}
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
  [[nodiscard]] std::optional<Number> find(const Seen& seen) const { return numbers_.find(seen); }
  [[nodiscard]] const Value& operator[](Number number) const { return entries_[number].value; }
  [[nodiscard]] Extra& extra(Number number) { return entries_[number].extra; }
  [[nodiscard]] const Extra& extra(Number number) const { return entries_[number].extra; }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  /// What the values themselves hold on the heap is not counted.
  [[nodiscard]] std::size_t memory_bytes() const {
    return entries_.size() * sizeof(Entry) + free_.capacity() * sizeof(Number)
           + numbers_.memory_bytes();
  }

 private:
  struct Entry {
    Value value = {};
    Extra extra = {};
    std::uint32_t users = 0;
  };
  using Entries = Chunked<Entry>;
  struct ValueOf {
    const Entries* entries;
    const Value& operator()(Number number) const { return (*entries)[number].value; }
  };

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
  NumberSet<Seen, Hash, ValueOf> numbers_;
};

}  // namespace freshet::store
