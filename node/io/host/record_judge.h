// Whether a publication record is true: it is signed by whom it names, its torrent is called what
// it says, and the torrent is of the content that this node has. Trusts nothing of the record.
// Blocking where it reads files.
#pragma once

#include <cstdint>
#include <memory>
#include <stop_token>
#include <variant>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/core/bittorrent/refused_records.h"
#include "node/io/host/folders.h"
#include "node/io/host/shared_content.h"
#include "node/store/published.h"

namespace freshet::io {

enum class RecordVerdict : std::uint8_t {
  good,
  malformed,      ///< no record, or no torrent in it
  forged,         ///< not signed by whom it names
  blocked,        ///< by a node that is not wanted here
  wrong_name,     ///< the torrent is not called so, or it is not the one that was asked about
  other_content,  ///< the torrent says itself that it is of another content
  wrong_pieces,   ///< … and so do its pieces
  unreadable,     ///< the content is not here any more, or cannot be read
};
/// The verdict follows from the torrent and the content alone, for ever.
constexpr bool is_final(RecordVerdict verdict) {
  return verdict == RecordVerdict::other_content || verdict == RecordVerdict::wrong_pieces;
}

/// Says nothing of the torrent, only of who brought the record.
constexpr bool is_unsound(RecordVerdict verdict) {
  return verdict == RecordVerdict::malformed || verdict == RecordVerdict::forged
         || verdict == RecordVerdict::wrong_name;
}

/// What a record is judged as.
using AskedTorrent = core::bittorrent::RefusedRecords::Torrent;
struct OpenedRecord {
  RecordVerdict verdict = RecordVerdict::malformed;
  NodeKey publisher;
  store::Published torrent = {};  ///< where the verdict is good
};
/// What can be said without the content.
OpenedRecord open_record(ByteView bytes, const AskedTorrent& asked);

/// What this node has of the content: a file, or a folder by the id of its list.
using JudgedBy = std::variant<SharedContent, FoundFolder>;
/// REQUIRES: `torrent` is an opened record's, `content` is of its content. Reads no file for a
/// torrent of v2 alone: it names the content itself.
RecordVerdict judge_torrent(const store::Published& torrent,
                            const JudgedBy& content,
                            const std::stop_token& stop);

/// The label of a record's signature (store/signer.h).
inline constexpr const char* kPublicationLabel = "freshet publication 1";

}  // namespace freshet::io
