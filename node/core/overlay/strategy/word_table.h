// Which words a node holds, as places: the first `bits` bits of each word's hash. A word whose
// place is empty is surely not there; a taken place says nothing. About 1 word in 128 passes by
// chance.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "node/wire/overlay/bodies.h"

namespace freshet::core::overlay {

/// A node with more distinct words sends no table: it gets every query.
inline constexpr std::size_t kMaxTableWords = std::size_t{1} << 17U;

class WordTable {
 public:
  WordTable() = default;
  /// Of these hashes (hash_word), in any order.
  WordTable(std::vector<std::uint32_t> hashes, std::uint8_t bits);
  /// So many bits that 1 place in 128 or fewer is taken. 8 ... 32.
  static std::uint8_t bits_for(std::size_t words);

  [[nodiscard]] bool holds(std::uint32_t hash) const;
  /// False only if no file of the table's node can match: a term is surely missing. Phrases,
  /// exclusions and content ids cannot be decided.
  [[nodiscard]] bool may_match(std::span<const std::uint32_t> term_hashes) const;
  [[nodiscard]] std::uint8_t bits() const { return bits_; }
  [[nodiscard]] std::span<const std::uint32_t> places() const { return places_; }

  /// Starts anew, empty, at another number of bits.
  void reset(std::uint8_t bits);
  /// Ascending lists.
  void add(std::span<const std::uint32_t> places);
  void remove(std::span<const std::uint32_t> places);

 private:
  [[nodiscard]] std::uint32_t place_of(std::uint32_t hash) const { return hash >> (32U - bits_); }

  std::vector<std::uint32_t> places_;  ///< ascending, each once
  std::uint8_t bits_ = 32;
};

/// Of the terms that a query must match; empty when no table can decide it, or it is malformed.
std::vector<std::uint32_t> term_hashes(ByteView query_body);

}  // namespace freshet::core::overlay
