#include "node/wire/bt/piece_set.h"

#include <bit>

namespace freshet::wire::bt {

PieceSet PieceSet::full(std::uint32_t size) {
  PieceSet set(size);
  for (Byte& byte : set.bits_) byte = 0xFF;
  if (size % 8 != 0) set.bits_.back() = static_cast<Byte>(0xFF00U >> (size % 8));
  set.count_ = size;
  return set;
}

std::optional<PieceSet> PieceSet::from_bitfield(ByteView bits, std::uint32_t size) {
  if (bits.size() != byte_count(size)) return std::nullopt;
  if (size % 8 != 0 && (bits.back() & (0xFFU >> (size % 8))) != 0) return std::nullopt;
  PieceSet set(size);
  set.bits_.assign(bits.begin(), bits.end());
  for (const Byte byte : bits) set.count_ += static_cast<std::uint32_t>(std::popcount(byte));
  return set;
}

}  // namespace freshet::wire::bt
