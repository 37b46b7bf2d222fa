// What is served to BitTorrent clients, and what is counted of it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/bittorrent/upload_queue.h"
#include "node/wire/bt/metainfo.h"

namespace freshet::core::bittorrent {

/// A content that was published for them.
struct Torrent {
  ContentId content;
  wire::bt::TorrentInfo info;
  Bytes encoded_info;
  wire::bt::SwarmNames names;
  std::uint64_t stream_bytes = 0;  ///< info.stream_bytes()
  std::uint32_t piece_count = 0;   ///< info.piece_count()
  /// Of its files, where v2 is spoken, with their sizes in bytes.
  std::map<ContentId, std::uint64_t> roots = {};

  /// The end of its last piece is the content's. In v2 alone libtorrent asks for whole blocks where
  /// a file ends, so what lies behind the end counts as zeros there.
  [[nodiscard]] std::uint32_t piece_bytes(std::uint32_t piece) const {
    const std::uint64_t begin = std::uint64_t{piece} * info.piece_length;
    const std::uint64_t left = stream_bytes - begin;
    const bool is_short = wire::bt::has_v1(info.kind) && left < info.piece_length;
    return is_short ? static_cast<std::uint32_t>(left) : info.piece_length;
  }
  /// Of the file with that root; nullopt: it has none.
  [[nodiscard]] std::optional<std::uint64_t> size_of(const ContentId& root) const {
    const auto found = roots.find(root);
    return found == roots.end() ? std::nullopt : std::optional(found->second);
  }
};
using TorrentPtr = std::shared_ptr<const Torrent>;

/// REQUIRES: `encoded_info` is encode_info(info), or what `info` was parsed from.
inline TorrentPtr make_torrent(const ContentId& content,
                               wire::bt::TorrentInfo info,
                               Bytes encoded_info) {
  Torrent torrent{.content = content,
                  .info = std::move(info),
                  .encoded_info = std::move(encoded_info),
                  .names = {}};
  torrent.names = wire::bt::names_of(torrent.info.kind, torrent.encoded_info);
  torrent.stream_bytes = torrent.info.stream_bytes();
  torrent.piece_count = torrent.info.piece_count();
  if (torrent.info.root) torrent.roots.emplace(*torrent.info.root, torrent.info.size_bytes);
  for (const wire::bt::TreeFile& file : torrent.info.files)
    if (file.content) torrent.roots.emplace(*file.content, file.size_bytes);
  return std::make_shared<const Torrent>(std::move(torrent));
}

struct Counters : UploadCounters {
  std::uint64_t links_in = 0;       ///< that named a torrent served here
  std::uint64_t links_out = 0;      ///< that this node dialled, and answered so
  std::uint64_t links_refused = 0;  ///< named another, or came when there were too many
  std::uint64_t links_broken = 0;   ///< closed for what the peer sent
  std::uint64_t links_silent = 0;   ///< closed for what it did not
  std::uint64_t links_stalled = 0;  ///< closed: it took nothing of what it asked for
  std::uint64_t dials_refused = 0;  ///< of who announced itself: too many wait, or no place for it
  std::uint64_t dials_failed = 0;
  std::uint64_t metadata_sent = 0;  ///< pieces of info dictionaries
  std::uint64_t hashes_sent = 0;    ///< answers to hash requests
  std::uint64_t announces = 0;
  std::uint64_t announces_refused = 0;      ///< of unknown torrents, or malformed
  std::uint64_t tracker_busy = 0;           ///< connections beyond what is taken at once
  std::uint64_t tracker_silent = 0;         ///< connections that ended before a request was whole
  std::uint64_t tracker_peers_dropped = 0;  ///< for want of room
};

}  // namespace freshet::core::bittorrent
