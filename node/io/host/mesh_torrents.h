// What torrents have to do with the mesh: finds other nodes that serve what this one tracks, and
// serves what others published of contents that are here too, once their signed records were
// checked. Of a node that answers BitTorrent clients alone. On the io thread.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/io/bittorrent/parts.h"
#include "node/io/host/library.h"
#include "node/io/host/limits.h"
#include "node/io/host/others_torrents.h"
#include "node/io/host/record_checks.h"
#include "node/io/host/torrent_offers.h"
#include "node/io/host/torrent_sources.h"
#include "node/store/signer.h"

namespace freshet::io {

/// What it needs of the node's side of the mesh.
struct MeshParts {
  NodeKey self;
  std::shared_ptr<const store::Signer> signer;  ///< of `self`
  Dialer& dialer;
  /// As TorrentSources::Parts has it.
  std::function<void(const ContentId&, std::function<void(const wire::HitRecord&)> heard)> flood;
  std::function<bool(const NodeKey&)> is_blocked;
};

class MeshTorrents {
 public:
  struct Parts {
    Library& library;
    Folders& folders;
    std::function<TimePoint()> now;
    std::function<bool(const ContentId&)> is_blocked;
    /// Those that the user published: one by its name, and how many there are.
    std::function<core::bittorrent::TorrentPtr(const InfoHash&)> find_own;
    std::function<std::size_t()> own_count;
    std::size_t max_torrents = 0;  ///< with those that others published
    MeshParts mesh;
  };
  /// `folder`: where others' torrents are kept.
  MeshTorrents(asio::io_context& io, std::string folder, Parts parts);
  ~MeshTorrents();  // NOLINT(bugprone-exception-escape): as those of its parts
  MeshTorrents(const MeshTorrents&) = delete;
  MeshTorrents& operator=(const MeshTorrents&) = delete;

  /// Takes back what was checked before.
  void recall() { others_.recall(); }
  void stop();
  /// A connection that is up (Protocol::torrent). Takes it over.
  void take_in(const std::shared_ptr<TlsLink>& link) { offers_.take_in(link); }

  /// One that this node fetched: it is checked as others' are, and served then. True: it is, or
  /// cannot be; false: not yet, to be called again.
  bool adopt(const ContentId& content, const InfoHash& name, const Bytes& info);
  /// A torrent that others published and whose content is here.
  core::bittorrent::TorrentPtr find(const InfoHash& name);
  void seek(const core::bittorrent::TorrentPtr& torrent, std::function<void()> ready) {
    sources_.seek(torrent, std::move(ready));
  }
  [[nodiscard]] PlainSources sources(const core::bittorrent::TorrentPtr& torrent) const {
    return {.at = sources_.list(torrent), .more_to_come = sources_.is_seeking(torrent)};
  }

  /// nullptr: of a node that does not answer BitTorrent clients.
  static void count(const MeshTorrents* mesh,
                    std::vector<std::pair<std::string, std::uint64_t>>& all);
  void add_limits(Limits& limits) const;

 private:
  [[nodiscard]] bool has_room(const ContentId& content) const;
  [[nodiscard]] bool is_here(const ContentId& content) const;
  [[nodiscard]] Bytes record_of(const ContentId& content,
                                const InfoHash& name,
                                const Bytes& info) const;
  RecordChecks::Parts for_checks();
  TorrentOffers::Parts for_offers();
  TorrentSources::Parts for_sources();

  Parts parts_;
  WorkerPool pool_;
  OthersTorrents others_;
  std::map<InfoHash, bool> adopting_;  ///< those of adopt(); true: found to be what they are
  RecordChecks checks_;
  TorrentOffers offers_;
  TorrentSources sources_;
};

}  // namespace freshet::io
