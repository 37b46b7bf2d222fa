// Which of the two versions of BitTorrent an info dictionary speaks.
#pragma once

#include <cstdint>

namespace freshet::wire::bt {

enum class TorrentKind : std::uint8_t { v1, v2, hybrid };
inline bool has_v1(TorrentKind kind) {
  return kind != TorrentKind::v2;
}
inline bool has_v2(TorrentKind kind) {
  return kind != TorrentKind::v1;
}

}  // namespace freshet::wire::bt
