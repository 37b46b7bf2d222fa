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
/// The largest content: up to it, the piece length fits 32 bits.
inline constexpr std::uint64_t kMaxContentBytes = std::uint64_t{kMaxPieces} << 30U;

/// The smallest power of two from 16 KiB up that gives at most kMaxPieces pieces. REQUIRES: size <=
/// kMaxContentBytes.
std::uint32_t piece_length_for(std::uint64_t size);

/// What follows from a size alone; then there is one piece only where there is one block.
struct Shape {
  std::uint64_t size = 0;                    ///< bytes
  std::uint32_t piece_length = kBlockBytes;  ///< bytes
  std::uint32_t piece_count = 0;             ///< 0 for an empty content
  std::uint32_t block_count = 0;             ///< 0 for an empty content

  /// REQUIRES: size <= kMaxContentBytes.
  static Shape of(std::uint64_t size);
  /// With the pieces of a torrent from elsewhere. REQUIRES: a power of two from kBlockBytes up.
  static Shape of(std::uint64_t size, std::uint32_t piece_length);
  [[nodiscard]] std::uint32_t height() const;  ///< layers above the leaves
  /// Also the leaves under one node of the piece layer.
  [[nodiscard]] std::uint32_t blocks_per_piece() const { return piece_length / kBlockBytes; }
  [[nodiscard]] std::uint32_t piece_layer() const;  ///< log2 of blocks_per_piece()
  /// REQUIRES: piece < piece_count, block < piece_blocks(piece).
  [[nodiscard]] std::uint32_t piece_bytes(std::uint32_t piece) const;   ///< the last may be shorter
  [[nodiscard]] std::uint32_t piece_blocks(std::uint32_t piece) const;  ///< so may its last block
  [[nodiscard]] BlockRange block_range(std::uint32_t piece, std::uint32_t block) const;
  friend bool operator==(const Shape&, const Shape&) = default;
};

/// What a node of `layer` is above leaves that are all zero. REQUIRES: layer < kMaxTreeHeight.
Sha256 pad_hash(std::uint32_t layer);

/// The node `levels` above neighbouring nodes of `layer`, padded on the right. REQUIRES: 1 <= count
/// <= 2^levels.
Sha256 fold(std::vector<Sha256> nodes, std::uint32_t layer, std::uint32_t levels);

/// The layer `levels` above all nodes of `layer`: the last one is padded. REQUIRES: nodes.
std::vector<Sha256> layer_above(std::span<const Sha256> nodes,
                                std::uint32_t layer,
                                std::uint32_t levels);

/// The leaves over `data`: one a block.
std::vector<Sha256> leaves_of(ByteView data);
/// The root over the blocks of `data` and zero leaves up to `leaf_count`. REQUIRES: leaf_count is a
/// power of two and has room for the blocks; data is not empty. leaf_count 1: the plain SHA-256.
Sha256 merkle_root(ByteView data, std::uint32_t leaf_count);

/// Builds the tree of a content from its bytes in order, whatever the chunks. Holds one block, the
/// leaves of one piece and the piece layer.
class TreeBuilder {
 public:
  /// REQUIRES: size <= kMaxContentBytes.
  explicit TreeBuilder(std::uint64_t size) : shape_(Shape::of(size)) {}
  /// Bytes beyond the announced size are counted, not hashed.
  void feed(ByteView chunk);

  struct Tree {
    ContentId root;
    std::vector<Sha256> piece_layer;  ///< one a piece; empty for an empty content
  };
  /// nullopt when more or fewer bytes came than were announced (the file changed meanwhile).
  std::optional<Tree> finish();

 private:
  void add_leaf(ByteView block);

  Shape shape_;
  std::uint64_t fed_ = 0;
  Bytes partial_;  ///< the beginning of a block
  std::vector<Sha256> leaves_;
  std::vector<Sha256> pieces_;
};

// ---- hash requests

/// May a content of this shape answer? Length a power of two in 2 … 512, index a multiple of it and
/// inside the content, the proof inside the tree, and below the piece layer no more leaves than 512
/// or one piece. The root is not looked at.
bool is_answerable(const HashRequest& request, const Shape& shape);
/// How many uncles the answer has after its `length` hashes. REQUIRES: is_answerable().
std::uint32_t uncle_count(const HashRequest& request);
/// The pieces whose leaves an answer needs beside the piece layer: none from the piece layer up.
/// REQUIRES: is_answerable().
struct PieceRange {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};
PieceRange pieces_needed(const HashRequest& request, const Shape& shape);
/// The answer. `leaves`: of the blocks in pieces_needed(), in order. REQUIRES: is_answerable();
/// both layers as long as the content.
std::vector<Sha256> hashes_for(const HashRequest& request,
                               const Shape& shape,
                               std::span<const Sha256> piece_layer,
                               std::span<const Sha256> leaves);

/// Do the hashes with their uncles lead to `request.root`? REQUIRES: is_answerable() and
/// proof_layers reaching to below the root (height - base_layer - 1).
bool proves(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape);

/// Asks for the last two leaves and their way to the root. REQUIRES: two blocks or more.
HashRequest size_proof_request(const ContentId& root, const Shape& shape);
/// proves(), and to the right of the last block there is only padding, and the last block's leaf is
/// none. Then the content has shape.block_count blocks; the last block's bytes, hashed to
/// last_leaf(), prove its length.
bool proves_size(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape);
/// The last block's leaf in the answer to size_proof_request().
Sha256 last_leaf(std::span<const Sha256> hashes, const Shape& shape);

/// The requests that together bring the piece layer, each with its proof. Empty for contents of one
/// block or none.
std::vector<HashRequest> piece_layer_requests(const ContentId& root, const Shape& shape);

}  // namespace freshet::wire::bt
