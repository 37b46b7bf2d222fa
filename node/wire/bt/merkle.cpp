#include "node/wire/bt/merkle.h"

#include <algorithm>
#include <array>
#include <bit>

#include "node/base/check.h"
#include "node/wire/bt/sha256.h"

namespace freshet::wire::bt {
namespace {

std::uint32_t log2_of(std::uint32_t power) {
  return static_cast<std::uint32_t>(std::bit_width(power)) - 1;
}

// One layer up, in place; an odd end is completed with `pad`.
void halve(std::vector<Sha256>& nodes, const Sha256& pad) {
  if (nodes.size() % 2 != 0) nodes.push_back(pad);
  for (std::size_t i = 0; i < nodes.size() / 2; ++i) {
    nodes[i] = sha256_pair(nodes[2 * i], nodes[2 * i + 1]);
  }
  nodes.resize(nodes.size() / 2);
}

const Sha256& node_or_pad(std::span<const Sha256> nodes, std::uint64_t index, const Sha256& pad) {
  return index < nodes.size() ? nodes[index] : pad;
}

}  // namespace

std::uint32_t piece_length_for(std::uint64_t size) {
  FRESHET_CHECK(size <= kMaxContentBytes);
  std::uint32_t length = kBlockBytes;
  while (std::uint64_t{length} * kMaxPieces < size) length *= 2;
  return length;
}

Shape Shape::of(std::uint64_t size) {
  return of(size, piece_length_for(size));
}

Shape Shape::of(std::uint64_t size, std::uint32_t piece_length) {
  FRESHET_CHECK(std::has_single_bit(piece_length) && piece_length >= kBlockBytes);
  Shape shape;
  shape.size = size;
  shape.piece_length = piece_length;
  shape.piece_count =
      static_cast<std::uint32_t>((size + shape.piece_length - 1) / shape.piece_length);
  shape.block_count = static_cast<std::uint32_t>((size + kBlockBytes - 1) / kBlockBytes);
  return shape;
}

std::uint32_t Shape::height() const {
  return block_count == 0 ? 0 : log2_of(std::bit_ceil(block_count));
}

std::uint32_t Shape::piece_layer() const {
  return log2_of(blocks_per_piece());
}

std::uint32_t Shape::piece_bytes(std::uint32_t piece) const {
  FRESHET_CHECK(piece < piece_count);
  const std::uint64_t begin = std::uint64_t{piece} * piece_length;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(piece_length, size - begin));
}

std::uint32_t Shape::piece_blocks(std::uint32_t piece) const {
  return (piece_bytes(piece) + kBlockBytes - 1) / kBlockBytes;
}

BlockRange Shape::block_range(std::uint32_t piece, std::uint32_t block) const {
  const std::uint32_t begin = block * kBlockBytes;
  const std::uint32_t bytes = piece_bytes(piece);
  FRESHET_CHECK(begin < bytes);
  return {.piece = piece, .begin = begin, .length = std::min(kBlockBytes, bytes - begin)};
}

Sha256 pad_hash(std::uint32_t layer) {
  static const auto kPads = [] {
    std::array<Sha256, kMaxTreeHeight> pads;
    for (std::size_t i = 1; i < pads.size(); ++i) pads[i] = sha256_pair(pads[i - 1], pads[i - 1]);
    return pads;
  }();
  FRESHET_CHECK(layer < kPads.size());
  return kPads[layer];
}

Sha256 fold(std::vector<Sha256> nodes, std::uint32_t layer, std::uint32_t levels) {
  FRESHET_CHECK(!nodes.empty() && nodes.size() <= std::uint64_t{1} << levels);
  for (std::uint32_t level = 0; level < levels; ++level) halve(nodes, pad_hash(layer + level));
  return nodes.front();
}

std::vector<Sha256> layer_above(std::span<const Sha256> nodes,
                                std::uint32_t layer,
                                std::uint32_t levels) {
  std::vector<Sha256> above;
  for (; !nodes.empty(); nodes = nodes.subspan(std::min(nodes.size(), std::size_t{1} << levels))) {
    const auto below = nodes.first(std::min(nodes.size(), std::size_t{1} << levels));
    above.push_back(fold({below.begin(), below.end()}, layer, levels));
  }
  return above;
}

std::vector<Sha256> leaves_of(ByteView data) {
  std::vector<Sha256> leaves;
  leaves.reserve(data.size() / kBlockBytes + 1);
  while (!data.empty()) {
    const std::size_t length = std::min<std::size_t>(kBlockBytes, data.size());
    leaves.push_back(sha256(data.first(length)));
    data = data.subspan(length);
  }
  return leaves;
}

Sha256 merkle_root(ByteView data, std::uint32_t leaf_count) {
  FRESHET_CHECK(std::has_single_bit(leaf_count));
  return fold(leaves_of(data), 0, log2_of(leaf_count));
}

// ---- TreeBuilder

void TreeBuilder::feed(ByteView chunk) {
  const std::uint64_t wanted = shape_.size - std::min(shape_.size, fed_);
  fed_ += chunk.size();
  chunk = chunk.first(static_cast<std::size_t>(std::min<std::uint64_t>(wanted, chunk.size())));
  if (!partial_.empty()) {
    const std::size_t missing = std::min(chunk.size(), kBlockBytes - partial_.size());
    partial_.insert(
        partial_.end(), chunk.begin(), chunk.begin() + static_cast<std::ptrdiff_t>(missing));
    chunk = chunk.subspan(missing);
    if (partial_.size() < kBlockBytes) return;
    add_leaf(partial_);
    partial_.clear();
  }
  while (chunk.size() >= kBlockBytes) {
    add_leaf(chunk.first(kBlockBytes));
    chunk = chunk.subspan(kBlockBytes);
  }
  partial_.assign(chunk.begin(), chunk.end());
}

void TreeBuilder::add_leaf(ByteView block) {
  leaves_.push_back(sha256(block));
  if (leaves_.size() < shape_.blocks_per_piece()) return;
  pieces_.push_back(fold(std::move(leaves_), 0, shape_.piece_layer()));
  leaves_.clear();
}

std::optional<TreeBuilder::Tree> TreeBuilder::finish() {
  if (fed_ != shape_.size) return std::nullopt;
  if (!partial_.empty()) add_leaf(partial_);
  partial_.clear();
  if (!leaves_.empty()) pieces_.push_back(fold(std::move(leaves_), 0, shape_.piece_layer()));
  leaves_.clear();
  const Sha256 root = pieces_.empty()
                          ? sha256({})
                          : fold(pieces_,
                                 shape_.piece_layer(),
                                 shape_.height() - std::min(shape_.height(), shape_.piece_layer()));
  return Tree{.root = ContentId::from(root.view()), .piece_layer = std::move(pieces_)};
}

// ---- hash requests

bool is_answerable(const HashRequest& request, const Shape& shape) {
  if (shape.block_count < 2 || request.base_layer >= shape.height()) return false;
  if (!std::has_single_bit(request.length) || request.length < 2) return false;
  if (request.length > kMaxHashesPerRequest || request.index % request.length != 0) return false;
  const std::uint32_t layers_above = shape.height() - request.base_layer;
  if (request.proof_layers >= layers_above) return false;
  if (request.length > std::uint64_t{1} << layers_above) return false;
  if (std::uint64_t{request.index} << request.base_layer >= shape.block_count) return false;
  if (request.base_layer >= shape.piece_layer()) return true;
  return std::uint64_t{request.length} << request.base_layer
         <= std::max(kMaxHashesPerRequest, shape.blocks_per_piece());
}

std::uint32_t uncle_count(const HashRequest& request) {
  // The lowest log2(length) - 1 proof layers lie inside the subtree that the hashes themselves
  // span.
  const std::uint32_t inside = log2_of(request.length) - 1;
  return request.proof_layers - std::min(request.proof_layers, inside);
}

PieceRange pieces_needed(const HashRequest& request, const Shape& shape) {
  if (request.base_layer >= shape.piece_layer()) return {};
  const std::uint64_t first_leaf = std::uint64_t{request.index} << request.base_layer;
  const std::uint64_t leaves = std::uint64_t{request.length} << request.base_layer;
  const auto first = static_cast<std::uint32_t>(first_leaf >> shape.piece_layer());
  const auto count =
      static_cast<std::uint32_t>(std::max<std::uint64_t>(1, leaves >> shape.piece_layer()));
  return {.first = first, .count = std::min(count, shape.piece_count - first)};
}

std::vector<Sha256> hashes_for(const HashRequest& request,
                               const Shape& shape,
                               std::span<const Sha256> piece_layer,
                               std::span<const Sha256> leaves) {
  FRESHET_CHECK(is_answerable(request, shape) && piece_layer.size() == shape.piece_count);
  const std::uint32_t uncles_from = request.base_layer + log2_of(request.length);
  const std::uint32_t uncles_end = uncles_from + uncle_count(request);
  std::vector<Sha256> answer;
  answer.reserve(request.length + uncle_count(request));

  // Walks up through one set of nodes: those below the piece layer (numbered from `offset` leaves
  // on), then the others.
  const auto climb =
      [&](std::vector<Sha256> nodes, std::uint64_t offset, std::uint32_t from, std::uint32_t end) {
        for (std::uint32_t layer = from; layer < end; ++layer) {
          const Sha256 pad = pad_hash(layer);
          const std::uint64_t start = offset >> (layer - from);
          if (layer == request.base_layer) {
            for (std::uint32_t i = 0; i < request.length; ++i) {
              answer.push_back(node_or_pad(nodes, request.index + i - start, pad));
            }
          }
          if (layer >= uncles_from && layer < uncles_end) {
            const std::uint64_t own = std::uint64_t{request.index} >> (layer - request.base_layer);
            answer.push_back(node_or_pad(nodes, (own ^ 1U) - start, pad));
          }
          halve(nodes, pad);
        }
      };
  const PieceRange needed = pieces_needed(request, shape);
  if (needed.count > 0) {
    climb({leaves.begin(), leaves.end()},
          std::uint64_t{needed.first} << shape.piece_layer(),
          0,
          shape.piece_layer());
  }
  climb({piece_layer.begin(), piece_layer.end()}, 0, shape.piece_layer(), shape.height());
  return answer;
}

bool proves(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape) {
  if (!is_answerable(request, shape)) return false;
  if (request.proof_layers != shape.height() - request.base_layer - 1) return false;
  if (hashes.size() != request.length + uncle_count(request)) return false;
  const std::uint32_t levels = log2_of(request.length);
  const auto own = hashes.first(request.length);
  Sha256 node = fold({own.begin(), own.end()}, request.base_layer, levels);
  std::uint32_t position = request.index >> levels;
  for (const Sha256& uncle : hashes.subspan(request.length)) {
    node = position % 2 == 0 ? sha256_pair(node, uncle) : sha256_pair(uncle, node);
    position /= 2;
  }
  return node == request.root;
}

HashRequest size_proof_request(const ContentId& root, const Shape& shape) {
  FRESHET_CHECK(shape.block_count >= 2);
  return {.root = Sha256::from(root.view()),
          .base_layer = 0,
          .index = (shape.block_count - 1) & ~1U,
          .length = 2,
          .proof_layers = shape.height() - 1};
}

bool proves_size(const HashRequest& request, std::span<const Sha256> hashes, const Shape& shape) {
  if (!proves(request, hashes, shape) || last_leaf(hashes, shape).is_zero()) return false;
  std::uint32_t position = shape.block_count - 1;
  if (position % 2 == 0 && !hashes[1].is_zero()) return false;
  for (std::uint32_t layer = 1; layer < shape.height(); ++layer) {
    position /= 2;
    if (position % 2 == 0 && hashes[layer + 1] != pad_hash(layer)) return false;
  }
  return true;
}

Sha256 last_leaf(std::span<const Sha256> hashes, const Shape& shape) {
  return hashes[(shape.block_count - 1) % 2];
}

std::vector<HashRequest> piece_layer_requests(const ContentId& root, const Shape& shape) {
  std::vector<HashRequest> requests;
  if (shape.block_count < 2) return requests;
  const std::uint32_t length = std::min(kMaxHashesPerRequest, std::bit_ceil(shape.piece_count));
  for (std::uint32_t index = 0; index < shape.piece_count; index += length) {
    requests.push_back({.root = Sha256::from(root.view()),
                        .base_layer = shape.piece_layer(),
                        .index = index,
                        .length = length,
                        .proof_layers = shape.height() - shape.piece_layer() - 1});
  }
  return requests;
}

}  // namespace freshet::wire::bt
