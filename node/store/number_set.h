// A set of small numbers that are looked up by what they stand for, which is kept elsewhere and
// once.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>

#include <tsl/robin_set.h>

namespace freshet::store {

/// `ValueOf` says what a number stands for; it must not change while the number is in the set.
/// `Hash` takes that, and `Seen`, by which it is looked up and which compares with it.
template <typename Seen, typename Hash, typename ValueOf>
class NumberSet {
 public:
  using Number = std::uint32_t;

  explicit NumberSet(ValueOf value_of) : numbers_(0, HashOf{value_of}, Same{value_of}) {
    numbers_.max_load_factor(kLoad);
  }

  [[nodiscard]] std::optional<Number> find(const Seen& seen) const {
    const auto found = numbers_.find(seen);
    return found == numbers_.end() ? std::nullopt : std::optional(*found);
  }
  void insert(Number number) { numbers_.insert(number); }
  void erase(Number number) { numbers_.erase(number); }
  [[nodiscard]] std::size_t size() const { return numbers_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return numbers_.bucket_count() * kBucketBytes; }

 private:
  static constexpr float kLoad = 0.8F;
  // Of robin_set<uint32_t>: the number, and its distance from home.
  static constexpr std::size_t kBucketBytes = 8;

  struct HashOf {
    ValueOf value_of;
    std::size_t operator()(const Seen& seen) const { return Hash()(seen); }
    std::size_t operator()(Number number) const { return Hash()(value_of(number)); }
  };
  struct Same {
    // NOLINTNEXTLINE(readability-identifier-naming): the name that containers look for
    using is_transparent = void;
    ValueOf value_of;
    bool operator()(Number a, Number b) const { return a == b; }
    bool operator()(Number a, const Seen& b) const { return value_of(a) == b; }
    bool operator()(const Seen& a, Number b) const { return value_of(b) == a; }
  };

  tsl::robin_set<Number, HashOf, Same> numbers_;
};

}  // namespace freshet::store
