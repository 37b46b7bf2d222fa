// The index's dictionary: each distinct word once, under a small number. Numbers are given in order
// of first use, so nothing depends on the order of the hash table.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include <tsl/robin_set.h>

namespace freshet::core::search {

using TermNumber = std::uint32_t;

/// Keyed at every step, so that colliding words cannot be made without the key.
std::uint64_t hash_term(std::uint64_t key, std::string_view word);

class TermTable {
 public:
  explicit TermTable(std::uint64_t hash_key);

  [[nodiscard]] std::optional<TermNumber> find(std::string_view word) const;
  /// REQUIRES: word.size() <= 255, and not full().
  TermNumber intern(std::string_view word);
  [[nodiscard]] std::string_view word(TermNumber term) const { return text_->word(term); }
  [[nodiscard]] std::size_t size() const { return text_->offsets.size(); }
  /// There may be no room for the words of one more path.
  [[nodiscard]] bool full() const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  // A byte of length, then the word; one after the other.
  struct Text {
    std::uint64_t hash_key = 0;
    std::vector<char> bytes;
    std::vector<std::uint32_t> offsets;
    [[nodiscard]] std::string_view word(TermNumber term) const;
  };
  struct Hash {
    const Text* text;
    std::size_t operator()(std::string_view word) const {
      return static_cast<std::size_t>(hash_term(text->hash_key, word));
    }
    std::size_t operator()(TermNumber term) const { return (*this)(text->word(term)); }
  };
  struct Equal {
    // NOLINTNEXTLINE(readability-identifier-naming): the name that containers look for
    using is_transparent = void;
    const Text* text;
    bool operator()(TermNumber a, TermNumber b) const { return a == b; }
    bool operator()(TermNumber a, std::string_view b) const { return text->word(a) == b; }
    bool operator()(std::string_view a, TermNumber b) const { return a == text->word(b); }
  };

  std::unique_ptr<Text> text_;  // at a fixed address, for Hash and Equal
  // With the hash in each bucket: a word is compared with few others, and none when it grows.
  tsl::robin_set<TermNumber, Hash, Equal, std::allocator<TermNumber>, true> numbers_;
};

}  // namespace freshet::core::search
