// The disk side of a torrent that is fetched: its bytes in one partial file (partial_file.h: what a
// crash can do to it) until every piece is verified, then each of its files under its own name.
// Files that are in their place already are taken as they are, as far as their pieces are right.
// Blocking; callers take turns.
#pragma once

#include <memory>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/partial_file.h"
#include "node/store/torrent_place.h"
#include "node/store/torrent_reader.h"
#include "node/store/types.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::store {

struct FinishedTorrent {
  std::string path;                    ///< the file, or the folder of all
  std::optional<ContentInfo> content;  ///< of a single file
  /// Of a folder: it holds files that are none of the torrent's (hidden ones aside). They are
  /// somebody's own.
  bool has_others = false;
};

class TorrentStorage {
 public:
  struct Spec {
    std::shared_ptr<const wire::bt::TorrentLayout> layout;
    std::string folder;  ///< absolute; made where it is missing
    std::string name;    ///< what the user calls it; empty: as the torrent does
    /// Ends open() and finish() within a megabyte or so, as an Error (canceled).
    std::stop_token stop = {};
  };
  /// `partials`: the folder of unfinished ones. Errors: io (folder not writable, no space), invalid
  /// (names, or beyond a limit of resume_data.h).
  static Result<TorrentStorage> open(const std::string& partials, Spec spec);

  [[nodiscard]] const wire::bt::PieceSet& verified() const { return partial_.verified(); }
  Status write(std::uint64_t offset, ByteView bytes) { return partial_.write_at(offset, bytes); }
  /// Reads a piece that was written, and records it if it is right. Errors: io.
  Result<bool> verify(std::uint32_t piece);
  [[nodiscard]] std::shared_ptr<const TorrentReader> reader() const;
  Status checkpoint() { return partial_.checkpoint(); }
  /// Gives every file its name; nothing that is there is replaced: see place_file.h. What is left
  /// of the download is removed. A folder needs its own size of free space for a while. REQUIRES:
  /// all is verified. Errors: io; going on later is possible.
  Result<FinishedTorrent> finish();

 private:
  TorrentStorage(std::string partials, Spec spec, TorrentPlace place, PartialFile partial);
  Status adopt_placed();
  Result<FinishedTorrent> finish_file();
  Status finish_folder();
  [[nodiscard]] std::string staging() const;
  [[nodiscard]] Status go_on() const;
  Result<std::vector<std::size_t>> stage();
  Status place(const PlacedFile& file, const std::string& staged);
  Result<bool> is_placed(const PlacedFile& file);
  Status copy_out(const PlacedFile& file, const std::string& to);

  std::string partials_;
  Spec spec_;
  TorrentPlace place_;
  PartialFile partial_;
  Bytes buffer_;
};

/// Removes what is left of a download that is not needed any more. Nothing there is fine. Errors:
/// io.
Status drop_torrent(const std::string& partials, const InfoHash& torrent);
/// Keeps an info dictionary that came by a magnet link, for the next run. Errors: io.
Status keep_info(const std::string& partials, const InfoHash& torrent, ByteView info);
/// The one that was kept; nullopt: none, or not what the name says.
std::optional<Bytes> kept_info(const std::string& partials, const InfoHash& torrent);

}  // namespace freshet::store
