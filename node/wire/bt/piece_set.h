// A set of piece numbers 0 .. size-1, kept as BEP 3's bitfield: the first piece is the highest bit
// of the first byte. What is here goes on the wire and into resume files as it is. Holds no meaning
// of the pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/check.h"

namespace freshet::wire::bt {

class PieceSet {
 public:
  PieceSet() = default;
  /// `size` pieces, none of them in the set.
  explicit PieceSet(std::uint32_t size) : bits_(byte_count(size)), size_(size) {}
  /// Every piece.
  static PieceSet full(std::uint32_t size);
  /// From a bitfield; nullopt unless it has exactly the bytes for `size` pieces and its spare bits
  /// are zero (BEP 3).
  static std::optional<PieceSet> from_bitfield(ByteView bits, std::uint32_t size);

  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool all() const { return count_ == size_; }
  [[nodiscard]] bool none() const { return count_ == 0; }
  /// REQUIRES: piece < size(), here and below.
  [[nodiscard]] bool has(std::uint32_t piece) const {
    FRESHET_CHECK(piece < size_);
    return (bits_[piece / 8] & mask(piece)) != 0;
  }
  /// False when it was in the set before.
  bool add(std::uint32_t piece) {
    if (has(piece)) return false;
    bits_[piece / 8] = static_cast<Byte>(bits_[piece / 8] | mask(piece));
    ++count_;
    return true;
  }
  /// False when it was not in the set.
  bool remove(std::uint32_t piece) {
    if (!has(piece)) return false;
    bits_[piece / 8] = static_cast<Byte>(bits_[piece / 8] & ~mask(piece));
    --count_;
    return true;
  }
  [[nodiscard]] ByteView bitfield() const { return bits_; }

  friend bool operator==(const PieceSet&, const PieceSet&) = default;

 private:
  static std::size_t byte_count(std::uint32_t size) { return (std::size_t{size} + 7) / 8; }
  static unsigned mask(std::uint32_t piece) { return 0x80U >> (piece % 8); }

  Bytes bits_;
  std::uint32_t size_ = 0;
  std::uint32_t count_ = 0;
};

}  // namespace freshet::wire::bt
