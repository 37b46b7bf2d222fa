// The shape that a content of some size has here: wire::bt's rule, or one that a simulation tries.
#pragma once

#include <algorithm>
#include <cstdint>

#include "node/core/transfer/config.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {

/// REQUIRES: as wire::bt::Shape::of(); with Config::piece_length at most kMaxPieces pieces of it,
/// and more than one where there is more than one block.
inline wire::bt::Shape shape_for(const Config& config, std::uint64_t size) {
  wire::bt::Shape shape = wire::bt::Shape::of(size);
  if (config.piece_length == 0 || shape.block_count < 2) return shape;
  shape.piece_length = config.piece_length;
  shape.piece_count =
      static_cast<std::uint32_t>((size + shape.piece_length - 1) / shape.piece_length);
  return shape;
}

}  // namespace freshet::core::transfer
