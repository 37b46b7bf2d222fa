// All torrents that are fetched. One is fetched once, for all who want it.
// Refuses all of it in a private mesh, whose nodes speak to nobody else. On the io thread.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "node/base/rng.h"
#include "node/io/host/limits.h"
#include "node/io/host/torrent_fetch.h"

namespace freshet::io {

class TorrentFetches {
 public:
  static constexpr std::size_t kMaxAtOnce = 64;
  /// Of those that are whole and still serve somebody; then the oldest ends.
  static constexpr std::size_t kMaxParting = 16;
  struct Options {
    std::string partials;  ///< folder of unfinished ones
    bool is_private = false;
    bool share_finished = true;
    bool serves = false;  ///< BitTorrent clients, and so what is fetched while it is
    std::uint16_t port = 0;
  };
  /// Where files of v2 are looked for first.
  struct Mesh {
    Fetches& fetches;
    TorrentMesh::Find find;
    std::function<bool(const ContentId&)> is_blocked;
  };
  /// What serving them needs.
  struct Serving {
    UploadTurns& turns;
    TorrentParting::Adopt adopt;
    TorrentParting::IdOf id_of;
  };
  /// `down_rate`: bytes a second from BitTorrent clients, of which torrents that take some have
  /// like parts; 0: no limit.
  TorrentFetches(asio::io_context& io,
                 Options options,
                 Library& library,
                 Mesh mesh,
                 Serving serving,
                 std::function<TimePoint()> now,
                 std::function<std::uint64_t()> down_rate,
                 Rng rng);

  /// Reads a torrent file on a worker. Errors: invalid (what is wrong with it), io.
  void read(const std::string& path,
            std::function<void(Result<std::shared_ptr<const wire::bt::ReadTorrent>>)> done);
  /// `observer` is told at once how far it is.
  void start(const TorrentWish& wish, const std::shared_ptr<FetchObserver>& observer);
  void leave(const InfoHash& torrent, const FetchObserver* observer);
  /// A client dialled the node and named a torrent: taken over where it is one of these. False: it
  /// is not, or there is no place.
  bool take(const InfoHash& name, TcpSocket&& socket, const Endpoint& from, ByteView came);
  /// A content that is not wanted any more: it is not served either.
  void withdraw(const ContentId& content);
  [[nodiscard]] std::vector<DownloadSummary> list() const;
  void stop();
  /// Of blocks, from BitTorrent clients, so far.
  [[nodiscard]] std::uint64_t bytes_fetched() const { return counters_.block_bytes; }
  [[nodiscard]] std::uint64_t bytes_sent() const { return counters_.uploads.block_bytes_sent; }

  void count(std::vector<std::pair<std::string, std::uint64_t>>& all) const;
  void add_limits(Limits& limits) const;

 private:
  [[nodiscard]] std::uint64_t rate_of_one() const;
  TorrentFetch::Parts parts_for_one();
  void over(const InfoHash& name);

  asio::io_context& io_;
  Options options_;
  Library& library_;
  Mesh mesh_;
  Serving serving_;
  std::function<TimePoint()> now_;
  std::function<std::uint64_t()> down_rate_;
  Rng rng_;
  core::bittorrent::FetchConfig config_;
  core::bittorrent::FetchCounters counters_;
  TrackerCounters tracker_counters_;
  std::uint64_t mesh_files_ = 0;
  std::map<InfoHash, std::shared_ptr<TorrentFetch>> fetches_;
  std::deque<std::shared_ptr<TorrentFetch>> parting_;  ///< the oldest first
  WorkerPool disk_;
  WorkerPool readers_;
};

}  // namespace freshet::io
