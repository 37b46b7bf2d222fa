#include "node/sim/swarm/sham_content.h"

#include <array>
#include <span>

#include "node/base/bytes.h"
#include "node/base/check.h"
#include "node/wire/bt/sha256.h"

namespace freshet::sim::swarm {
namespace {

Sha256 drawn_leaf(std::uint64_t seed, std::uint64_t block) {
  std::array<Byte, 16> name{};
  store_le(seed, name.data());
  store_le(block, name.data() + 8);
  return wire::bt::sha256(name);
}

}  // namespace

ShamContent::ShamContent(const wire::bt::Shape& shape, std::uint64_t seed) : shape_(shape) {
  FRESHET_CHECK(shape.block_count > 0);
  for (std::uint32_t i = 0; i < shape.block_count; ++i) leaves_.push_back(drawn_leaf(seed, i));
  const std::uint32_t each = shape.blocks_per_piece();
  for (std::uint32_t piece = 0; piece < shape.piece_count; ++piece) {
    const auto first = leaves_.begin() + static_cast<std::ptrdiff_t>(piece) * each;
    const std::vector<Sha256> under(first, first + shape.piece_blocks(piece));
    layer_.push_back(wire::bt::fold(under, 0, shape.piece_layer()));
  }
  const std::uint32_t above = shape.height() - shape.piece_layer();
  id_ = ContentId::from(wire::bt::fold(layer_, shape.piece_layer(), above).view());
}

const Sha256& ShamContent::leaf(const wire::bt::BlockRange& block) const {
  return leaves_[block.piece * shape_.blocks_per_piece() + block.begin / wire::bt::kBlockBytes];
}

std::vector<Sha256> ShamContent::answer(const wire::bt::HashRequest& request) const {
  const auto pieces = wire::bt::pieces_needed(request, shape_);
  const std::size_t each = shape_.blocks_per_piece();
  const std::size_t first = std::min(pieces.first * each, leaves_.size());
  const std::size_t last = std::min((pieces.first + pieces.count) * each, leaves_.size());
  return wire::bt::hashes_for(
      request, shape_, layer_, std::span(leaves_).subspan(first, last - first));
}

}  // namespace freshet::sim::swarm
