// How auto goes about a search, round by round. It begins as an expanding ring, because most of
// what people ask for is near, and ends with one round that reaches the rest of the mesh along the
// tree, because what is not near is dearest to look for ring by ring. README.md has the reasons and
// the figures.
#pragma once

#include <cstdint>

#include "node/core/overlay/strategy/own_searches.h"

namespace freshet::core::overlay {

struct AutoState {
  std::uint8_t limit = 0;   ///< the search's TTL
  std::uint8_t ring = 0;    ///< TTL of the last round; 0 before the first
  std::uint8_t rounds = 0;  ///< so far
  std::uint32_t found = 0;
  std::uint32_t wanted = 0;
};

/// The next round's strategy and TTL; its guid is not set.
Round next_auto_round(const AutoState& state, const MeshView& mesh);

}  // namespace freshet::core::overlay
