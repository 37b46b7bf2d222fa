// Torrent files (BEP 3, 12; BEP 52 for version 2 and hybrids) of a single file, and of a folder in
// version 1: info dictionaries made and read, and the file around one. Pure; a parser of foreign
// bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire::bt {

inline constexpr std::uint32_t kMaxTorrentPieceBytes = std::uint32_t{64} << 20U;
/// Of an info dictionary: 200,000 pieces and some.
inline constexpr std::size_t kMaxInfoBytes = std::size_t{4} << 20U;

/// Which of the two versions of BitTorrent an info dictionary speaks.
enum class TorrentKind : std::uint8_t { v1, v2, hybrid };
inline bool has_v1(TorrentKind kind) {
  return kind != TorrentKind::v2;
}
inline bool has_v2(TorrentKind kind) {
  return kind != TorrentKind::v1;
}

/// One file of a folder.
struct TorrentMember {
  std::vector<std::string> path;  ///< below the folder
  std::uint64_t size_bytes = 0;
  friend bool operator==(const TorrentMember&, const TorrentMember&) = default;
};

/// What an info dictionary says.
struct TorrentInfo {
  TorrentKind kind = TorrentKind::v1;
  std::string name;              ///< bytes of who made it: make it safe before it names a file
  std::uint64_t size_bytes = 0;  ///< of the file, or of all of the folder's
  std::uint32_t piece_length = 0;
  Bytes pieces;                   ///< SHA-1 of each piece, one behind the other; empty in v2
  std::optional<ContentId> root;  ///< v2 and hybrid; unset for v1
  std::vector<TorrentMember> files = {};  ///< of a folder, in the order of its bytes; v1 alone

  [[nodiscard]] std::uint32_t piece_count() const {
    return piece_length == 0
               ? 0
               : static_cast<std::uint32_t>((size_bytes + piece_length - 1) / piece_length);
  }
  friend bool operator==(const TorrentInfo&, const TorrentInfo&) = default;
};

/// The info dictionary. REQUIRES: size_bytes > 0, and that of `files` where there are some;
/// `pieces` of piece_count() hashes where v1 is spoken, `root` where v2 is.
Bytes encode_info(const TorrentInfo& info);
/// nullopt: malformed, of several files in v2, of no byte, of impossible numbers.
std::optional<TorrentInfo> parse_info(ByteView info);

/// The names that a swarm has.
struct SwarmNames {
  std::optional<InfoHash> v1;  ///< SHA-1 of the info dictionary
  std::optional<Sha256> v2;    ///< SHA-256 of it; on the wire its first 20 bytes

  /// The one by which nodes speak of it: v1's where there is one. REQUIRES: one is set.
  [[nodiscard]] InfoHash one() const;
  friend bool operator==(const SwarmNames&, const SwarmNames&) = default;
};
SwarmNames names_of(TorrentKind kind, ByteView info);
/// What v2 is called in handshakes and announces.
InfoHash truncated(const Sha256& name);

/// A torrent file around an info dictionary. `piece_layer`: of v2 and hybrids, empty for a content
/// of one piece.
struct TorrentFile {
  ByteView info;
  std::vector<std::string> trackers;  ///< URLs, alternatives of one another
  std::optional<ContentId> root;
  Bytes piece_layer;
};
Bytes encode_torrent(const TorrentFile& file);

/// A magnet link (BEP 9; BEP 52's btmh). `name` is escaped.
std::string magnet_link(const SwarmNames& names,
                        const std::string& name,
                        std::uint64_t size_bytes,
                        const std::vector<std::string>& trackers);

}  // namespace freshet::wire::bt
