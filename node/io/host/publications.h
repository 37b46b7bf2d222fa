// The torrents of this node: makes them of contents that it shares, keeps them, and finds them by
// the names that BitTorrent clients use. On the io thread; hashing goes to a worker.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>
#include <unordered_map>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/core/bittorrent/torrent.h"
#include "node/io/host/folders.h"
#include "node/io/host/library.h"
#include "node/io/host/worker_pool.h"
#include "node/store/published.h"

namespace freshet::io {

/// A torrent with what a file of it holds beside its info dictionary.
struct Publication {
  core::bittorrent::TorrentPtr torrent;
  wire::bt::PieceLayers piece_layers;  ///< of v2 and hybrids
};

class Publications {
 public:
  static constexpr std::size_t kMaxTorrents = 4096;

  /// `folder`: where they are kept.
  Publications(asio::io_context& io, Library& library, Folders& folders, std::string folder);

  /// Takes back what was published before.
  void recall();
  void stop();

  using Done = std::function<void(Result<Publication>)>;
  /// Hashes the content, or the files of a folder by the id of its list, unless that was done.
  /// Errors: not_found (not here as a whole), invalid (an empty file; too many torrents), io.
  void publish(const ContentId& content, wire::bt::TorrentKind kind, Done done);

  [[nodiscard]] core::bittorrent::TorrentPtr find(const InfoHash& name) const;
  [[nodiscard]] std::size_t size() const { return torrents_.size(); }

 private:
  void publish_folder(const ContentId& list, wire::bt::TorrentKind kind, const Done& done);
  void on_content(SharedContent shared, wire::bt::TorrentKind kind, const Done& done);
  [[nodiscard]] bool is_full(const Done& done) const;
  void make(std::function<Result<store::Published>()> hash, const Done& done);
  /// With the piece layers that it has, as the catalogue knows them.
  void tell(const core::bittorrent::TorrentPtr& torrent, const Done& done);
  core::bittorrent::TorrentPtr add(const core::bittorrent::TorrentPtr& torrent);
  [[nodiscard]] core::bittorrent::TorrentPtr known(const ContentId& content,
                                                   wire::bt::TorrentKind kind) const;

  Library& library_;
  Folders& folders_;
  std::string folder_;
  std::vector<core::bittorrent::TorrentPtr> torrents_;
  std::unordered_map<InfoHash, core::bittorrent::TorrentPtr, IdHash> by_name_;
  std::stop_source stop_;
  WorkerPool pool_;
};

}  // namespace freshet::io
