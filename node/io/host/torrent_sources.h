// The tracker's question to the mesh: who else serves this torrent? Floods for its content, asks
// who answers, and tells addresses where a node proved its key and said yes. On the io thread.
#pragma once

#include <functional>
#include <list>
#include <string>
#include <utility>
#include <vector>

#include <asio/steady_timer.hpp>

#include "node/core/bittorrent/mesh_sources.h"
#include "node/io/host/limits.h"
#include "node/io/host/torrent_asks.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::io {

class TorrentSources {
 public:
  struct Parts {
    std::function<TimePoint()> now;
    /// Floods for a content; what answers, and is well signed, is heard until the next one.
    std::function<void(const ContentId&, std::function<void(const wire::HitRecord&)> heard)> flood;
    std::function<bool(const NodeKey&)> is_blocked;
    std::function<Bytes(const core::bittorrent::TorrentPtr&)> record_of;
  };

  TorrentSources(asio::io_context& io, Dialer& dialer, Parts parts);

  /// A client lacks something of it. `ready`, once, at once or within kPatience: what a flood found
  /// soon can be told.
  void seek(const core::bittorrent::TorrentPtr& torrent, std::function<void()> ready);
  [[nodiscard]] std::vector<Endpoint> list(const core::bittorrent::TorrentPtr& torrent) const {
    return book_.list(torrent, parts_.now());
  }
  /// Whether a source may soon be told of that is not yet.
  [[nodiscard]] bool is_seeking(const core::bittorrent::TorrentPtr& torrent) const {
    return asks_.is_asking(torrent) || asks_.is_held(torrent);
  }
  void stop();

  struct Counters {
    core::bittorrent::MeshSources::Counters book;
    TorrentAskCounters asks;
  };
  [[nodiscard]] Counters counters() const {
    return {.book = book_.counters(), .asks = asks_.counters()};
  }
  static void count(const Counters& it, std::vector<std::pair<std::string, std::uint64_t>>& all);
  void add_limits(Limits& limits) const;

  /// From a flood on: for its first answers, and for all that come of it.
  static constexpr std::chrono::milliseconds kLeast{500};
  static constexpr std::chrono::milliseconds kPatience{2500};

 private:
  struct Held {
    core::bittorrent::TorrentPtr torrent;
    std::function<void()> ready;
  };
  void ask(std::vector<core::bittorrent::MeshSources::Ask> asks);
  [[nodiscard]] bool is_ready(const core::bittorrent::TorrentPtr& torrent) const;
  void release();

  Parts parts_;
  core::bittorrent::MeshSourcesConfig config_;
  core::bittorrent::MeshSources book_{config_};
  TorrentAsks asks_;
  std::list<Held> held_;
  asio::steady_timer timer_;
  bool stopped_ = false;
};

}  // namespace freshet::io
