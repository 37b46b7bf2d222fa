// The extension protocol (BEP 10) as both kinds of link speak it: metadata (BEP 9) and peer
// exchange (BEP 11). Pure.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/wire/bt/bencode.h"

namespace freshet::core::bittorrent {

// What this side calls its extensions.
inline constexpr std::uint8_t kOwnMetadataId = 1;
inline constexpr std::uint8_t kOwnPexId = 2;

/// This side's extension handshake, open: the caller adds keys behind "m", in their order, and
/// ends it.
wire::bt::BencodeWriter own_extensions();

/// A peer's extension handshake.
struct PeerExtensions {
  struct Names {
    std::uint8_t metadata_id = 0;  ///< 0: it has none
    std::uint8_t pex_id = 0;
  };
  std::optional<Names> names;
  std::optional<std::int64_t> reqq;
  std::optional<std::int64_t> metadata_size;
};
/// nullopt: it is no dictionary.
std::optional<PeerExtensions> read_extensions(ByteView payload);

}  // namespace freshet::core::bittorrent
