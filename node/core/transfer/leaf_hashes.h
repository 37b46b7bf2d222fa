// The leaves of pieces that somebody waits for, so that their blocks can be read one by one before
// the piece is whole (BEP 52: the hashes of base layer 0, which lead to the piece's hash). Few
// pieces at a time, those at readers' places; each is asked of one link, once. Knows which blocks
// were verified; sends nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/ids.h"
#include "node/core/transfer/io.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

using wire::bt::Shape;

class LeafHashes {
 public:
  static constexpr std::size_t kMostPieces = 2;

  LeafHashes(const ContentId& content, const Shape& shape) : content_(content), shape_(shape) {}

  /// Blocks of the piece can be verified one by one: it has several, and one answer holds all their
  /// leaves.
  [[nodiscard]] bool fits(std::uint32_t piece) const;
  /// There is room for another piece, and this one is not among those that there are.
  [[nodiscard]] bool may_add(std::uint32_t piece) const;
  /// The request for the leaves of a piece, of which bytes are read from `from` of the content on;
  /// from now on it is under way on the link. REQUIRES: fits(), may_add(), `from` in the piece.
  HashRequest ask(std::uint32_t piece, std::uint64_t from, LinkId link);
  /// The piece that this link was asked for so.
  [[nodiscard]] std::optional<std::uint32_t> asked(LinkId link, const HashRequest& request) const;
  /// True when they are the leaves of a piece with this hash. REQUIRES: asked().
  bool answered(std::uint32_t piece, std::span<const Sha256> hashes, const Sha256& piece_hash);
  /// The piece is verified, nobody waits for it, or nothing will come of it.
  void drop(std::uint32_t piece);
  /// Of what was asked of the link nothing will come.
  void drop_link(LinkId link);
  /// Those for which `still(piece)` does not hold are dropped.
  template <typename F>
  void keep_if(F&& still) {
    std::erase_if(pieces_, [&](const Piece& piece) { return !still(piece.piece); });
  }

  /// The next blocks in a row to be verified, of those that `bringer_of(block)` names somebody for:
  /// one check of a piece at a time. `bytes`: where the first begins, and how long all are.
  struct Check {
    BlockRange bytes;
    std::vector<Sha256> leaves;  ///< one a block
  };
  template <typename F>
  std::optional<Check> next_check(std::uint32_t piece, F&& bringer_of);
  /// Whether this is what the check that is under way is of: an older one, of a piece that was
  /// dropped meanwhile, says nothing.
  [[nodiscard]] bool is_checking(const BlockRange& bytes) const;
  /// Who had brought the block of the check that is under way; nullopt: nothing is known of it.
  [[nodiscard]] std::optional<NodeKey> suspect(std::uint32_t piece, std::uint32_t block) const;
  /// What came of it.
  void checked(const BlockRange& bytes, bool ok);
  /// From this byte of the content on, all up to the answer was verified block by block; `from`
  /// itself where nothing was.
  [[nodiscard]] std::uint64_t verified_to(std::uint64_t from) const;

 private:
  struct Piece {
    std::uint32_t piece = 0;
    std::uint32_t first = 0;  ///< block; nobody waits for those before it
    LinkId link;
    bool known = false;  ///< the answer came
    std::vector<Sha256> leaves;
    std::vector<bool> verified;      ///< block by block
    std::uint32_t checked_from = 0;  ///< the first block of the check that is under way …
    std::vector<NodeKey> suspects;   ///< … and who brought them; empty: there is none
  };
  [[nodiscard]] HashRequest request_for(std::uint32_t piece) const;
  Piece* find(std::uint32_t piece);
  [[nodiscard]] const Piece* find(std::uint32_t piece) const;
  [[nodiscard]] Check check_of(const Piece& piece) const;

  ContentId content_;
  Shape shape_;
  std::vector<Piece> pieces_;
};

template <typename F>
std::optional<LeafHashes::Check> LeafHashes::next_check(std::uint32_t piece, F&& bringer_of) {
  Piece* at = find(piece);
  if (at == nullptr || !at->known || !at->suspects.empty()) return std::nullopt;
  const auto count = static_cast<std::uint32_t>(at->verified.size());
  std::uint32_t block = at->first;
  while (block < count && at->verified[block]) ++block;  // what is read next, or nothing
  at->checked_from = block;
  for (; block < count && !at->verified[block]; ++block) {
    const std::optional<NodeKey> bringer = bringer_of(block);
    if (!bringer) break;
    at->suspects.push_back(*bringer);
  }
  if (at->suspects.empty()) return std::nullopt;
  return check_of(*at);
}

}  // namespace freshet::core::transfer
