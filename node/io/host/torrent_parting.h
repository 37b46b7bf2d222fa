// What a node still does for a torrent that it has fetched whole from BitTorrent clients: goes on
// serving those it is linked to, and has itself serve the torrent to whoever comes from now on,
// once its files are shared. On the io thread.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::io {

/// One that is in its place.
struct FetchedTorrent {
  InfoHash name;
  std::shared_ptr<const Bytes> info;  ///< the info dictionary
  std::string path;                   ///< the file, or the folder
  std::optional<ContentId> content;   ///< of a file
};

class TorrentParting {
 public:
  /// Links are closed then; who still wants something comes again, to the node's port.
  static constexpr Duration kServesFor = std::chrono::minutes(2);
  /// A folder has its id once all its files are hashed.
  static constexpr Duration kAdoptsWithin = std::chrono::minutes(10);
  /// False: not yet; true: it is served now, or cannot be.
  using Adopt = std::function<bool(const FetchedTorrent&)>;
  /// Of a folder by its path; nullopt: not known yet.
  using IdOf = std::function<std::optional<ContentId>(const std::string& path)>;

  /// `adopt`: empty where it cannot be.
  TorrentParting(FetchedTorrent torrent, Adopt adopt, TimePoint now)
      : torrent_(std::move(torrent)),
        adopt_(std::move(adopt)),
        since_(now),
        adopted_(!adopt_) {}

  /// Now and then. False: there is nothing more to do.
  bool go_on(std::size_t links, TimePoint now) {
    const Duration passed = now - since_;
    if (!adopted_) adopted_ = adopt_(torrent_) || passed >= kAdoptsWithin;
    return !adopted_ || (links > 0 && passed < kServesFor);
  }
  [[nodiscard]] const FetchedTorrent& torrent() const { return torrent_; }
  [[nodiscard]] bool is_serving(TimePoint now) const { return now - since_ < kServesFor; }

 private:
  FetchedTorrent torrent_;
  Adopt adopt_;
  TimePoint since_;
  bool adopted_;
};

}  // namespace freshet::io
