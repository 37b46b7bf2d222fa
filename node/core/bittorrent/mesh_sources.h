// Which nodes of the mesh serve a torrent that this node tracks: when the mesh is asked who has the
// content, which of those that say so are asked about the torrent, and whom the tracker tells of.
// Sans-IO.
//
// A client's announce may cost one flood a content and minute, whatever torrents of it there are,
// and a bounded number of floods in all. Asked is only a node whose signed hit says that it answers
// BitTorrent clients; told of is only an address at which it proved its key and said yes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/bittorrent/torrent.h"

namespace freshet::core::bittorrent {

struct MeshSourcesConfig {
  Duration flood_pause = std::chrono::seconds(60);  ///< between two of one content
  std::size_t max_floods = 30;                      ///< within that time, of all contents
  Duration ask_pause = std::chrono::seconds(30);    ///< between two of one torrent at one address
  Duration lifetime = std::chrono::seconds(180);    ///< of a yes; of a content that nobody wants
  std::size_t max_contents = 256;                   ///< that clients want
  std::size_t max_torrents_per_content = 8;         ///< the same
  std::size_t max_nodes_per_content = 64;           ///< that have it
  std::size_t max_addresses_per_node = 8;
  std::size_t max_places = 512;  ///< of one content: a torrent at an address of a node
};

class MeshSources {
 public:
  struct Counters {
    std::uint64_t floods = 0;
    std::uint64_t floods_refused = 0;  ///< too many lately, or too many contents that are wanted
    std::uint64_t dropped = 0;         ///< nodes or addresses, for want of room
  };
  struct Ask {
    TorrentPtr torrent;
    NodeKey node;
    Endpoint at;
  };
  struct Turn {
    bool flood = false;  ///< ask the mesh who has the content
    std::vector<Ask> asks;
  };

  explicit MeshSources(MeshSourcesConfig config) : config_(config) {}

  /// A client lacks something of this torrent.
  Turn want(const TorrentPtr& torrent, TimePoint now);
  /// A node that answers BitTorrent clients has the content, and can be dialled there.
  std::vector<Ask> found(const ContentId& content,
                         const NodeKey& node,
                         const std::vector<Endpoint>& addresses,
                         TimePoint now);
  /// What came of an Ask; false: no, or no answer.
  void answered(const Ask& ask, bool serves, TimePoint now);
  /// Where it is served now.
  [[nodiscard]] std::vector<Endpoint> list(const TorrentPtr& torrent, TimePoint now) const;
  /// How long ago the mesh was asked; nullopt: not lately.
  [[nodiscard]] std::optional<Duration> since_flood(const ContentId& content, TimePoint now) const;
  /// Forgets what nobody wants any more.
  void age(TimePoint now);
  [[nodiscard]] std::size_t contents() const { return contents_.size(); }
  [[nodiscard]] const Counters& counters() const { return counters_; }

 private:
  struct Place {
    TorrentPtr torrent;
    NodeKey node;
    Endpoint at;
    TimePoint asked;
    std::optional<TimePoint> said_yes = {};
  };
  struct Holder {
    NodeKey node;
    std::vector<Endpoint> addresses;
    TimePoint heard;
  };
  struct Content {
    std::optional<TimePoint> flooded = {};
    TimePoint wanted;
    std::vector<TorrentPtr> torrents = {};
    std::vector<Holder> holders = {};
    std::vector<Place> places = {};
  };

  Content* need(const TorrentPtr& torrent, TimePoint now);
  void forget_silent(Content& content, TimePoint now) const;
  bool may_flood(Content& content, TimePoint now);
  void ask(Content& content,
           const TorrentPtr& torrent,
           const Holder& holder,
           TimePoint now,
           std::vector<Ask>& asks);

  MeshSourcesConfig config_;
  Counters counters_;
  std::unordered_map<ContentId, Content, IdHash> contents_;
  std::vector<TimePoint> floods_;  ///< within flood_pause
};

}  // namespace freshet::core::bittorrent
