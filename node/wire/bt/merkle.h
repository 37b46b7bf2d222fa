// BEP 52's Merkle tree over blocks of 16 KiB, which is also what names content in freshet. The last
// block has its true length; leaves beyond it are zero; a file of one block has that block's
// SHA-256 as its root, and an empty file SHA-256 of nothing. Pure computation: reads no file, asks
// no peer.
//
// Layers count from 0 (the leaves). A tree over n blocks has bit_ceil(n) leaves and height log2 of
// that; the root is the only node of layer `height`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/wire/bt/messages.h"

namespace freshet::wire::bt {

inline constexpr std::uint32_t kMaxPieces = 4096;
/// The largest content: with it, the piece length still fits 32 bits.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{kMaxPieces} << 30U;

/// The shape that follows from a size alone. REQUIRES everywhere: size <= kMaxContentBytes.
struct Shape {
  std::uint64_t size = 0;          ///< bytes
  std::uint32_t piece_length = 0;  ///< bytes, see piece_length_for()
  std::uint32_t piece_count = 0;   ///< 0 for an empty content
  std::uint32_t block_count = 0;   ///< 0 for an empty content

  static Shape of(std::uint64_t size);
  [[nodiscard]] std::uint32_t height() const;       ///< layers above the leaves
  [[nodiscard]] std::uint32_t piece_layer() const;  ///< log2 of blocks_per_piece()
  [[nodiscard]] std::uint32_t blocks_per_piece() const { return piece_length / kBlockBytes; }
  [[nodiscard]] std::uint32_t piece_bytes(std::uint32_t piece) const;   ///< the last may be shorter
  [[nodiscard]] std::uint32_t piece_blocks(std::uint32_t piece) const;  ///< rounded up
  [[nodiscard]] std::uint32_t block_bytes(std::uint32_t piece, std::uint32_t block) const;
  /// Leaves of one piece's subtree: blocks_per_piece().
  [[nodiscard]] std::uint32_t leaf_count() const { return blocks_per_piece(); }
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// The smallest power of two from 16 KiB up that gives at most kMaxPieces pieces.
std::uint32_t piece_length_for(std::uint64_t size);

/// What a node of `layer` is above leaves that are all zero.
Sha256 pad_hash(std::uint32_t layer);

/// The root over the blocks of `data` and zero leaves up to `leaf_count`. REQUIRES: leaf_count is a
/// power of two and has room for the blocks. leaf_count 1: the plain SHA-256.
Sha256 merkle_root(ByteView data, std::uint32_t leaf_count);
/// The root over nodes of `layer`, padded with pad_hash(layer) up to the next power of two.
/// REQUIRES: one node or more.
Sha256 root_of_layer(std::vector<Sha256> nodes, std::uint32_t layer);
/// The layer above: half as many nodes. REQUIRES: an even count.
std::vector<Sha256> layer_above(std::span<const Sha256> nodes);

/// Builds the tree of a content from its bytes in order, whatever the chunks. Keeps the piece layer
/// and a branch only.
class TreeBuilder {
 public:
  explicit TreeBuilder(std::uint64_t size);
  /// REQUIRES: not more than `size` bytes in all.
  void feed(ByteView chunk);

  struct Tree {
    ContentId root;
    std::vector<Sha256> piece_layer;  ///< one a piece; empty for an empty content
  };
  /// nullopt when fewer bytes came than announced.
  std::optional<Tree> finish();

 private:
  void block_done(ByteView block);
  void add_node(Sha256 node);

  Shape shape_;
  std::uint64_t fed_ = 0;
  std::uint32_t blocks_in_piece_ = 0;
  Bytes partial_;               ///< the beginning of a block
  std::vector<Sha256> branch_;  ///< finished subtrees of the current piece, largest first
  std::vector<std::uint32_t> branch_layers_;
  std::vector<Sha256> pieces_;
};

// ---- hash requests (BEP 52)

/// Can a content of this shape answer the request? Power-of-two length of 2 … 512, index a multiple
/// of it and within the tree, proof within the tree. The root is not looked at.
bool is_answerable(const HashRequest& request, const Shape& shape);
/// How many uncles answer the request.
std::uint32_t uncle_count(const HashRequest& request);
/// The answer from one whole layer, `layer_number` not above the request's base layer, nodes beyond
/// the content left out. REQUIRES: is_answerable().
std::vector<Sha256> hashes_for(const HashRequest& request,
                               std::span<const Sha256> layer,
                               std::uint32_t layer_number,
                               const Shape& shape);

/// Do these hashes (with their uncles) lead to `request.root` in a tree of this shape? REQUIRES:
/// is_answerable() and a proof to the root: proof_layers == height - base_layer - 1.
bool proves(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape);

/// The request whose answer proves where the content ends: the last two leaves' pair, up to the
/// root. REQUIRES: two blocks or more.
HashRequest size_proof_request(const ContentId& root, const Shape& shape);
/// proves(), and every leaf and uncle to the right of the last block is padding, and the last
/// block's leaf is not. Then the content has exactly shape.block_count blocks; the last one's
/// bytes, hashed to last_leaf(), prove its length.
bool proves_size(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape);
/// The last block's leaf in the answer to size_proof_request().
Sha256 last_leaf(std::span<const Sha256> hashes, const Shape& shape);

/// The requests that together bring the piece layer, each with its proof to the root. Empty for
/// contents of one block.
std::vector<HashRequest> piece_layer_requests(const ContentId& root, const Shape& shape);

}  // namespace freshet::wire::bt
