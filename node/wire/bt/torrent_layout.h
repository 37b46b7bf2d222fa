// What a torrent (BEP 3, 52) holds: one stream of bytes cut into pieces, and the files that it is
// made of, one behind the other. In v2 each file begins with a piece: padding lies between them, as
// hybrids have it in so many words (BEP 47). Read from a torrent file or from bare metadata (BEP
// 9), and judged: paths that leave their folder, files that hide one another and numbers that do
// not fit are refused. Pure; a parser of foreign bytes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/torrent_kind.h"

namespace freshet::wire::bt {

/// Of a torrent file: an info dictionary, trackers, and piece layers.
inline constexpr std::size_t kMaxTorrentFileBytes = std::size_t{16} << 20U;
inline constexpr std::size_t kMaxTorrentFiles = 10'000;  ///< padding aside
inline constexpr std::uint64_t kMaxTorrentPieces = std::uint64_t{1} << 20U;
inline constexpr std::size_t kMaxTorrentTrackers = 32;
/// Of one component, and of a whole path with its separators (NAME_MAX, less than PATH_MAX).
inline constexpr std::size_t kMaxPathComponentBytes = 255;
inline constexpr std::size_t kMaxTorrentPathBytes = 2048;
inline constexpr std::size_t kMaxTorrentPathDepth = 64;

/// One file of the stream.
struct TorrentFileSpan {
  std::vector<std::string> path;  ///< below the torrent's own name; empty where that is the file
  std::uint64_t offset = 0;       ///< in the stream
  std::uint64_t size_bytes = 0;
  bool padding = false;                   ///< BEP 47: zeros that nobody keeps
  std::optional<ContentId> content = {};  ///< of v2 and hybrids: `pieces root`; unset when empty
  friend bool operator==(const TorrentFileSpan&, const TorrentFileSpan&) = default;
};

struct TorrentLayout {
  /// What its swarm is called: SHA-1 of the info dictionary, or of v2 alone 20 bytes of its
  /// SHA-256.
  InfoHash name;
  TorrentKind kind = TorrentKind::v1;
  std::string title;               ///< its `name`: one path component, not yet made safe for a disk
  bool is_folder = false;          ///< `title` is a folder's, whatever is in it
  std::uint32_t piece_length = 0;  ///< a power of two
  std::uint64_t size_bytes = 0;    ///< of the stream
  Bytes pieces;                    ///< v1 and hybrids: SHA-1 of each piece, one behind the other
  /// v2 alone: by piece, the node of its file's tree that is above it. All zero: not known yet,
  /// see lacks_layers().
  std::vector<Sha256> nodes = {};
  std::vector<TorrentFileSpan> files;
  /// By piece, what peers are asked for: without padding at its end. Empty: all of every piece.
  std::vector<std::uint32_t> asked = {};
  std::uint64_t asked_bytes = 0;    ///< of all pieces
  std::uint32_t unknown_nodes = 0;  ///< of `nodes`

  [[nodiscard]] std::uint32_t piece_count() const;
  // REQUIRES of all below: piece < piece_count().
  [[nodiscard]] std::uint32_t piece_bytes(std::uint32_t piece) const;  ///< in the stream
  [[nodiscard]] std::uint32_t asked_of(std::uint32_t piece) const {
    return asked.empty() ? piece_bytes(piece) : asked[piece];
  }
  /// Whether these are the bytes of a piece. REQUIRES: piece_bytes() of them, its node known.
  [[nodiscard]] bool is_piece(std::uint32_t piece, ByteView bytes) const;

  // ---- v2 alone
  /// Piece layers stand beside the info dictionary, so a magnet link leaves them to be asked for.
  [[nodiscard]] bool lacks_layers() const { return unknown_nodes > 0; }
  /// Of one of `files`: the first node says it, for a layer is learned as a whole.
  [[nodiscard]] bool lacks_layer_of(const TorrentFileSpan& file) const {
    return file.content && file.size_bytes > piece_length && !nodes.empty()
           && nodes[file.offset / piece_length].is_zero();
  }
  /// The tree of one of `files`, with the pieces of the torrent.
  [[nodiscard]] Shape shape_of(const TorrentFileSpan& file) const {
    return Shape::of(file.size_bytes, piece_length);
  }
  /// Nodes of a file's piece layer, from that of its piece `first` on. REQUIRES: they lead to the
  /// file's root, and none is zero; `file` is of `files` and has more than one piece, which they
  /// are within.
  void learn(const TorrentFileSpan& file, std::uint32_t first, std::span<const Sha256> layer);

  friend bool operator==(const TorrentLayout&, const TorrentLayout&) = default;
};

/// An info dictionary. Errors: invalid, with what is wrong in it.
Result<TorrentLayout> read_layout(ByteView info);

struct ReadTorrent {
  TorrentLayout layout;
  std::vector<std::string> trackers;  ///< URLs as they stand there, distinct, first ones first
  Bytes info;                         ///< the info dictionary
};
/// A whole torrent file. Errors: invalid; so is a piece layer that leads to another root.
Result<ReadTorrent> read_torrent(ByteView file);

/// Whether these paths, each relative to one folder, can stand beside one another: none twice, none
/// a folder of another. Errors: invalid, naming the first that cannot.
Status check_paths(const std::vector<std::vector<std::string>>& paths);
/// "a/b/c".
std::string joined_path(const std::vector<std::string>& path);

}  // namespace freshet::wire::bt
