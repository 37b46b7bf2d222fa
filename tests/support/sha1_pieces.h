// The `pieces` of a torrent of v1 (BEP 3), for tests that make their own torrents.
#pragma once

#include <algorithm>
#include <cstdint>

#include "node/base/bytes.h"
#include "node/wire/bt/sha1.h"

namespace freshet::testing {

/// SHA-1 of each piece, one behind the other.
inline Bytes sha1_pieces(ByteView content, std::uint32_t piece_length) {
  Bytes pieces;
  for (std::size_t at = 0; at < content.size(); at += piece_length) {
    const auto hash = wire::bt::sha1(
        content.subspan(at, std::min<std::size_t>(piece_length, content.size() - at)));
    pieces.insert(pieces.end(), hash.bytes.begin(), hash.bytes.end());
  }
  return pieces;
}

}  // namespace freshet::testing
