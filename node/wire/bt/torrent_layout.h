// What a v1 torrent (BEP 3; of a hybrid, its v1 side) holds: one stream of bytes cut into pieces,
// and the files that it is made of, one behind the other. Read from a torrent file or from bare
// metadata (BEP 9), and judged: paths that leave their folder, files that hide one another and
// numbers that do not fit are refused. Pure; a parser of foreign bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"

namespace freshet::wire::bt {

/// Of a torrent file: an info dictionary, trackers, and the piece layers of a hybrid.
inline constexpr std::size_t kMaxTorrentFileBytes = std::size_t{16} << 20U;
inline constexpr std::size_t kMaxTorrentFiles = 10'000;
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
  bool padding = false;  ///< BEP 47: bytes that nobody keeps
  friend bool operator==(const TorrentFileSpan&, const TorrentFileSpan&) = default;
};

struct TorrentLayout {
  InfoHash name;                   ///< SHA-1 of the info dictionary
  std::string title;               ///< its `name`: one path component, not yet made safe for a disk
  bool is_folder = false;          ///< `title` is a folder's, whatever is in it
  std::uint32_t piece_length = 0;  ///< a power of two
  std::uint64_t size_bytes = 0;    ///< of the stream
  Bytes pieces;                    ///< SHA-1 of each piece, one behind the other
  std::vector<TorrentFileSpan> files;

  [[nodiscard]] std::uint32_t piece_count() const;
  /// REQUIRES: piece < piece_count().
  [[nodiscard]] std::uint32_t piece_bytes(std::uint32_t piece) const;
  [[nodiscard]] InfoHash piece_hash(std::uint32_t piece) const;
  friend bool operator==(const TorrentLayout&, const TorrentLayout&) = default;
};

/// An info dictionary. Errors: invalid, with what is wrong in it.
Result<TorrentLayout> read_layout(ByteView info);

struct ReadTorrent {
  TorrentLayout layout;
  std::vector<std::string> trackers;  ///< URLs as they stand there, distinct, first ones first
};
/// A whole torrent file. Errors: invalid.
Result<ReadTorrent> read_torrent(ByteView file);

/// Whether these paths, each relative to one folder, can stand beside one another: none twice, none
/// a folder of another. Errors: invalid, naming the first that cannot.
Status check_paths(const std::vector<std::vector<std::string>>& paths);
/// "a/b/c".
std::string joined_path(const std::vector<std::string>& path);

}  // namespace freshet::wire::bt
