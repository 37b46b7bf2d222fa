// Torrent files (BEP 3, 12; BEP 52 for version 2 and hybrids) of a single file, and of a folder:
// info dictionaries made and read, and the file around one. Pure; a parser of foreign bytes.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/wire/bt/file_tree.h"
#include "node/wire/bt/torrent_kind.h"

namespace freshet::wire::bt {

inline constexpr std::uint32_t kMaxTorrentPieceBytes = std::uint32_t{64} << 20U;
/// Of an info dictionary: 200,000 pieces and some.
inline constexpr std::size_t kMaxInfoBytes = std::size_t{4} << 20U;

/// What an info dictionary says.
struct TorrentInfo {
  TorrentKind kind = TorrentKind::v1;
  std::string name;              ///< bytes of who made it: make it safe before it names a file
  std::uint64_t size_bytes = 0;  ///< of the file, or of all of the folder's
  std::uint32_t piece_length = 0;
  Bytes pieces;                   ///< SHA-1 of each piece, one behind the other; empty in v2
  std::optional<ContentId> root;  ///< of one file in v2 and hybrids; unset for v1
  /// Of a folder, in the order of its bytes: in v2 and hybrids that of a file tree. Their `content`
  /// is set where v2 is spoken.
  std::vector<TreeFile> files = {};

  /// Of what is cut into pieces: where v2 is spoken, each file of a folder begins with one.
  [[nodiscard]] std::uint64_t stream_bytes() const;
  [[nodiscard]] std::uint32_t piece_count() const {
    return piece_length == 0
               ? 0
               : static_cast<std::uint32_t>((stream_bytes() + piece_length - 1) / piece_length);
  }
  /// To what files of a folder are aligned; 1 where they are not.
  [[nodiscard]] std::uint32_t alignment() const { return has_v2(kind) ? piece_length : 1; }
  friend bool operator==(const TorrentInfo&, const TorrentInfo&) = default;
};

/// `offset`, or the next one where a file may begin. REQUIRES: alignment > 0.
inline std::uint64_t aligned(std::uint64_t offset, std::uint32_t alignment) {
  return (offset + alignment - 1) / alignment * alignment;
}

/// The info dictionary. REQUIRES: size_bytes > 0, and that of `files` where there are some;
/// `pieces` of piece_count() hashes where v1 is spoken, where v2 is `root` or what `files`
/// requires. A hybrid has padding between files (BEP 47), and none behind the last one.
Bytes encode_info(const TorrentInfo& info);
/// Judged as a stranger's that is fetched (torrent_layout.h). nullopt: malformed, of no byte, of
/// impossible numbers.
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
/// Whether an info dictionary is called so, by either of its names.
bool is_called(ByteView info, const InfoHash& name);

/// Of files of more than one piece, by their roots: the nodes of a piece each, one behind the
/// other.
using PieceLayers = std::map<ContentId, Bytes>;

/// A torrent file around an info dictionary.
struct TorrentFile {
  ByteView info;
  std::vector<std::string> trackers;  ///< URLs, alternatives of one another
  TorrentKind kind = TorrentKind::v1;
  PieceLayers piece_layers = {};  ///< where v2 is spoken
};
Bytes encode_torrent(const TorrentFile& file);

/// A magnet link (BEP 9; BEP 52's btmh). `name` is escaped.
std::string magnet_link(const SwarmNames& names,
                        const std::string& name,
                        std::uint64_t size_bytes,
                        const std::vector<std::string>& trackers);

}  // namespace freshet::wire::bt
