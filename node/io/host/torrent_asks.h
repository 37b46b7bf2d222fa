// Asks nodes that have a content whether they serve a torrent of it to BitTorrent clients, and
// shows them the publication record where they do not know the torrent. Dials an address of a
// signed hit alone, and accepts that hit's key there. On the io thread.
#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <set>

#include "node/core/bittorrent/mesh_sources.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/torrent_talk.h"
#include "node/io/net/dialer.h"

namespace freshet::io {

struct TorrentAskCounters {
  std::uint64_t asked = 0;
  std::uint64_t served = 0;      ///< the source said yes
  std::uint64_t refused = 0;     ///< … no
  std::uint64_t unanswered = 0;  ///< it was not reached, is too old to be asked, or fell silent
  std::uint64_t dropped = 0;     ///< beyond kMaxWaiting
  std::uint64_t records_sent = 0;
};

class TorrentAsks {
 public:
  static constexpr std::size_t kMaxAtOnce = 8;     ///< on their way to a first answer
  static constexpr std::size_t kMaxWaiting = 128;  ///< for their turn
  /// That wait for a source which is checking the record; one more gives up at once, and asks again
  /// with the next flood.
  static constexpr std::size_t kMaxHeld = 64;
  static constexpr std::size_t kMaxHeldPerTorrent = 16;

  using Ask = core::bittorrent::MeshSources::Ask;
  struct Parts {
    /// The signed record of a torrent of this node's; empty: there is none.
    std::function<Bytes(const core::bittorrent::TorrentPtr&)> record_of;
    /// Once for each ask, never from within ask().
    std::function<void(const Ask&, bool serves)> answered;
  };

  TorrentAsks(asio::io_context& io, Dialer& dialer, Parts parts);
  ~TorrentAsks();  // NOLINT(bugprone-exception-escape): see the .cpp
  TorrentAsks(const TorrentAsks&) = delete;
  TorrentAsks& operator=(const TorrentAsks&) = delete;

  void ask(Ask ask);
  /// Whether a first answer about that torrent is still to come.
  [[nodiscard]] bool is_asking(const core::bittorrent::TorrentPtr& torrent) const;
  /// Whether a source is checking it.
  [[nodiscard]] bool is_held(const core::bittorrent::TorrentPtr& torrent) const;
  void stop();

  [[nodiscard]] const TorrentAskCounters& counters() const { return counters_; }
  [[nodiscard]] std::size_t at_once() const { return at_once_; }
  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }
  [[nodiscard]] std::size_t held() const { return running_.size() - at_once_; }

 private:
  struct Running;
  void next();
  void begin(Ask ask);
  void on_link(const std::shared_ptr<Running>& one, const std::shared_ptr<TlsLink>& link);
  void on_said(const std::shared_ptr<Running>& one, wire::FrameType type, ByteView body);
  /// Its place is free for another one.
  void hold(const std::shared_ptr<Running>& one);
  void end(const std::shared_ptr<Running>& one, bool serves, std::uint64_t& counter);

  asio::io_context& io_;
  Dialer& dialer_;
  Parts parts_;
  TorrentAskCounters counters_;
  std::deque<Ask> waiting_;
  std::set<std::shared_ptr<Running>> running_;
  std::size_t at_once_ = 0;  ///< of them, those that are not held
  std::shared_ptr<KeptHandlers> kept_ = std::make_shared<KeptHandlers>();
  bool stopped_ = false;
};

}  // namespace freshet::io
