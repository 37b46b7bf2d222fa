#include "node/core/transfer/leaf_hashes.h"

#include <algorithm>

#include "node/base/check.h"

namespace freshet::core::transfer {

using wire::bt::kBlockBytes;

LeafHashes::Piece* LeafHashes::find(std::uint32_t piece) {
  const auto at = std::find_if(
      pieces_.begin(), pieces_.end(), [&](const Piece& each) { return each.piece == piece; });
  return at == pieces_.end() ? nullptr : &*at;
}

const LeafHashes::Piece* LeafHashes::find(std::uint32_t piece) const {
  const auto at = std::find_if(
      pieces_.begin(), pieces_.end(), [&](const Piece& each) { return each.piece == piece; });
  return at == pieces_.end() ? nullptr : &*at;
}

bool LeafHashes::fits(std::uint32_t piece) const {
  return piece < shape_.piece_count && shape_.piece_blocks(piece) > 1
         && shape_.blocks_per_piece() <= wire::bt::kMaxHashesPerRequest;
}

bool LeafHashes::may_add(std::uint32_t piece) const {
  return pieces_.size() < kMostPieces && find(piece) == nullptr;
}

// No uncles: the piece's hash, which is known, is where they lead.
HashRequest LeafHashes::request_for(std::uint32_t piece) const {
  return {.root = Sha256::from(content_.view()),
          .base_layer = 0,
          .index = piece * shape_.blocks_per_piece(),
          .length = shape_.blocks_per_piece(),
          .proof_layers = 0};
}

HashRequest LeafHashes::ask(std::uint32_t piece, std::uint64_t from, LinkId link) {
  const std::uint64_t begin = std::uint64_t{piece} * shape_.piece_length;
  FRESHET_CHECK(fits(piece) && may_add(piece) && from >= begin);
  pieces_.push_back({.piece = piece,
                     .first = static_cast<std::uint32_t>((from - begin) / kBlockBytes),
                     .link = link,
                     .leaves = {},
                     .verified = std::vector<bool>(shape_.piece_blocks(piece)),
                     .suspects = {}});
  return request_for(piece);
}

std::optional<std::uint32_t> LeafHashes::asked(LinkId link, const HashRequest& request) const {
  const auto at = std::find_if(pieces_.begin(), pieces_.end(), [&](const Piece& piece) {
    return !piece.known && piece.link == link && request == request_for(piece.piece);
  });
  return at == pieces_.end() ? std::nullopt : std::optional(at->piece);
}

bool LeafHashes::answered(std::uint32_t piece,
                          std::span<const Sha256> hashes,
                          const Sha256& piece_hash) {
  Piece* at = find(piece);
  FRESHET_CHECK(at != nullptr && !at->known);
  if (hashes.size() != shape_.blocks_per_piece()) return false;
  if (wire::bt::fold({hashes.begin(), hashes.end()}, 0, shape_.piece_layer()) != piece_hash)
    return false;
  at->known = true;
  at->leaves.assign(hashes.begin(), hashes.end());
  return true;
}

void LeafHashes::drop(std::uint32_t piece) {
  std::erase_if(pieces_, [&](const Piece& each) { return each.piece == piece; });
}

void LeafHashes::drop_link(LinkId link) {
  std::erase_if(pieces_, [&](const Piece& each) { return !each.known && each.link == link; });
}

LeafHashes::Check LeafHashes::check_of(const Piece& piece) const {
  const std::uint32_t begin = piece.checked_from;
  const auto end = begin + static_cast<std::uint32_t>(piece.suspects.size());
  const BlockRange first = shape_.block_range(piece.piece, begin);
  const BlockRange last = shape_.block_range(piece.piece, end - 1);
  const auto leaves = piece.leaves.begin();
  return {.bytes = {.piece = piece.piece,
                    .begin = first.begin,
                    .length = last.begin + last.length - first.begin},
          .leaves = {leaves + begin, leaves + end}};
}

bool LeafHashes::is_checking(const BlockRange& bytes) const {
  const Piece* at = find(bytes.piece);
  return at != nullptr && !at->suspects.empty() && check_of(*at).bytes == bytes;
}

std::optional<NodeKey> LeafHashes::suspect(std::uint32_t piece, std::uint32_t block) const {
  const Piece* at = find(piece);
  if (at == nullptr || block < at->checked_from) return std::nullopt;
  const std::uint32_t number = block - at->checked_from;
  return number < at->suspects.size() ? std::optional(at->suspects[number]) : std::nullopt;
}

void LeafHashes::checked(const BlockRange& bytes, bool ok) {
  Piece* at = find(bytes.piece);
  if (at == nullptr) return;
  at->suspects.clear();
  if (!ok) return;
  const std::uint32_t begin = bytes.begin / kBlockBytes;
  const std::uint32_t end = begin + (bytes.length + kBlockBytes - 1) / kBlockBytes;
  for (std::uint32_t block = begin; block < end; ++block) at->verified[block] = true;
}

std::uint64_t LeafHashes::verified_to(std::uint64_t from) const {
  const auto piece = static_cast<std::uint32_t>(from / shape_.piece_length);
  const Piece* at = from < shape_.size ? find(piece) : nullptr;
  if (at == nullptr) return from;
  const std::uint64_t start = std::uint64_t{piece} * shape_.piece_length;
  auto block = static_cast<std::uint32_t>((from - start) / kBlockBytes);
  while (block < at->verified.size() && at->verified[block]) ++block;
  return std::max(from, std::min(shape_.size, start + std::uint64_t{block} * kBlockBytes));
}

}  // namespace freshet::core::transfer
