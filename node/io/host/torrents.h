// Content for BitTorrent clients: publishes it, and where the user allows it answers them on the
// node's port, is their tracker, and serves and finds in the mesh what was published elsewhere.
// Refuses all of it in a private mesh, whose contents are its members' alone. On the io thread.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/base/rng.h"
#include "node/io/bittorrent/plain_port.h"
#include "node/io/bittorrent/upload_turns.h"
#include "node/io/host/limits.h"
#include "node/io/host/mesh_torrents.h"
#include "node/io/host/publications.h"
#include "node/io/host/shared_reader.h"
#include "node/io/net/listener.h"

namespace freshet::io {

/// What the user needs of one torrent.
struct TorrentView {
  core::bittorrent::TorrentPtr torrent;
  std::vector<std::string> trackers;  ///< URLs; empty where clients are not answered
  Bytes file;
  std::string magnet;
};

class Torrents {
 public:
  struct Options {
    std::string folder;
    bool is_private = false;  ///< the mesh
    bool answers = false;     ///< BitTorrent clients
    std::uint16_t port = 0;
  };
  struct Parts {
    Library& library;
    Folders& folders;
    std::function<TimePoint()> now;
    std::function<bool(const ContentId&)> is_blocked;
    std::function<std::vector<std::string>()> addresses;  ///< where this node can be dialled
    UploadTurns& turns;
    /// See PlainParts.
    decltype(PlainParts::hand_over) hand_over;
    MeshParts mesh;
    Rng rng;
  };
  Torrents(asio::io_context& io, Options options, Parts parts);

  /// Before the listener starts.
  void start(Listener& listener);
  void stop();
  /// A connection of another node that is up (Protocol::torrent). Takes it over.
  void take_in(const std::shared_ptr<TlsLink>& link);

  using Done = std::function<void(Result<TorrentView>)>;
  /// Errors: invalid (a private mesh, a blocked content, an empty file), not_found, io.
  void publish(const ContentId& content, wire::bt::TorrentKind kind, Done done);
  /// It is not wanted any more.
  void withdraw(const ContentId& content);

  /// One that this node fetched is served from now on. False: not yet, see MeshTorrents::adopt().
  bool adopt(const ContentId& content, const InfoHash& name, const Bytes& info);

  /// Bytes of blocks, to BitTorrent clients, so far.
  [[nodiscard]] std::uint64_t bytes_sent() const;

  void count(std::vector<std::pair<std::string, std::uint64_t>>& all) const;
  void add_limits(Limits& limits) const;

 private:
  [[nodiscard]] TorrentView view_of(const Publication& published) const;
  [[nodiscard]] std::vector<std::string> trackers() const;
  PlainParts parts_for_port();
  MeshTorrents::Parts parts_for_mesh();
  [[nodiscard]] core::bittorrent::TorrentPtr find_own(const InfoHash& name) const;

  asio::io_context& io_;
  Options options_;
  Parts parts_;
  Publications publications_;
  SharedReader reader_;
  std::unique_ptr<MeshTorrents> mesh_;  ///< where clients are answered
  std::unique_ptr<PlainPort> port_;     ///< the same
  std::uint64_t offers_refused_ = 0;    ///< where they are not
};

}  // namespace freshet::io
