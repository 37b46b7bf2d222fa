// One torrent that is fetched, for all who asked for it: of v2 and hybrids first what the mesh has
// of its files (torrent_mesh_phase.h), then from BitTorrent clients. Finds peers, tells how far it
// is, and has the files kept and put in their place (torrent_disk.h). Gives up when no source is up
// for as long as somebody has patience; what is verified stays. On the io thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/bittorrent/fetch.h"
#include "node/io/bittorrent/fetch_links.h"
#include "node/io/bittorrent/tracker_client.h"
#include "node/io/host/fetches.h"
#include "node/io/host/read_allowance.h"
#include "node/io/host/torrent_disk.h"
#include "node/io/host/torrent_mesh_phase.h"
#include "node/io/host/torrent_parting.h"
#include "node/io/host/worker_pool.h"
#include "node/store/torrent_storage.h"

namespace freshet::io {

struct TorrentWish {
  InfoHash name;
  bool is_v2 = false;                                     ///< the name is that of v2
  std::shared_ptr<const wire::bt::TorrentLayout> layout;  ///< unset: by magnet link
  std::string title;                  ///< what a magnet link calls it, until more is known
  std::vector<std::string> trackers;  ///< URLs
  std::shared_ptr<const Bytes> info;  ///< the info dictionary; unset: by magnet link
  std::vector<std::string> peers;     ///< HOST:PORT
  std::string folder;                 ///< absolute
  std::string file_name;              ///< empty: as the torrent says
  std::chrono::milliseconds patience{10000};
  std::uint64_t rate = 0;  ///< bytes a second at most; 0: no limit
};

class TorrentFetch final : public std::enable_shared_from_this<TorrentFetch>,
                           private core::bittorrent::Fetch::Host {
 public:
  struct Parts {
    asio::io_context& io;
    Library& library;
    WorkerPool& disk;  ///< of one thread
    WorkerPool& readers;
    std::string partials;
    bool share_finished = true;
    std::function<TimePoint()> now;
    std::function<std::uint64_t()> down_rate;  ///< beside the wish's own; 0: no limit
    const core::bittorrent::FetchConfig& config;
    core::bittorrent::FetchCounters& counters;
    TrackerCounters& tracker_counters;
    Fetches& fetches;  ///< from the mesh
    TorrentMesh::Find find_in_mesh;
    std::function<bool(const ContentId&)> is_blocked;
    std::uint64_t& mesh_files;  ///< counted: those that came from there
    UploadTurns& turns;
    TorrentParting::Adopt adopt;
    TorrentParting::IdOf id_of;
    /// Nobody waits for it any more: it has ended, or all is in its place.
    std::function<void(const InfoHash&)> over;
    /// It had all, and has done what was left to do. No call follows.
    std::function<void(const TorrentFetch&)> parted;
  };
  TorrentFetch(const Parts& parts, TorrentWish wish, Rng rng);

  void start();
  /// More of the same torrent, by another `get`.
  void add(const TorrentWish& wish);
  void watch(const std::shared_ptr<FetchObserver>& observer, std::chrono::milliseconds patience);
  /// Without a watcher it ends, and can be gone on with.
  void leave(const FetchObserver* observer);
  /// A client dialled the node and named this torrent. False: there is no place for it.
  bool take(TcpSocket&& socket, const Endpoint& from, ByteView came);
  /// All is in its place, and something is still done with it: `parted` is to follow.
  [[nodiscard]] bool is_parting() const { return parting_ && !over_; }
  [[nodiscard]] const InfoHash& name() const { return wish_.name; }
  /// It is of that content, or has a file that is.
  [[nodiscard]] bool holds(const ContentId& content) const;
  /// It holds() a content that is not wanted any more.
  void refuse(const ContentId& content);
  /// Ends at once; watchers hear nothing.
  void stop();
  /// What is verified outlives a power cut. Blocking; REQUIRES: the disk's worker has ended.
  void sync();
  [[nodiscard]] DownloadSummary summary() const;
  /// Bytes come, or would if it were not for a limit.
  [[nodiscard]] bool takes(TimePoint now) const;

 private:
  struct Watcher {
    std::shared_ptr<FetchObserver> observer;
    std::chrono::milliseconds patience;
    TimePoint without_source_since;
  };
  void keep(const wire::bt::BlockRange& block, ByteView bytes) override;
  void verify(std::uint32_t piece) override;
  void on_metadata(const Bytes& info) override;
  void on_layers(const wire::bt::TorrentLayout& layout) override;

  FetchLinks::Parts for_links();
  void find_info();
  void know(const Result<wire::bt::TorrentLayout>& layout);
  void look_around();
  void ask_mesh();
  void on_mesh_over(const std::vector<std::string>& arrived);
  void take_from_mesh(const std::string& path);
  void complete_layout();
  void on_learned(const TorrentDisk::Layout& layout);
  void prepare();
  void find_peers(const TorrentWish& wish);
  void resolve(const std::string& host_port);
  void moved();
  void begin(const wire::bt::PieceSet& have);
  void on_written(const std::vector<TorrentDisk::Judged>& judged);
  void tick();
  [[nodiscard]] std::uint64_t rate() const;
  void lose_patience(TimePoint now);
  [[nodiscard]] Error why_none() const;
  void tell();
  void finish();
  void settle(const std::string& path, std::optional<ContentId> content, bool can_be_shared);
  void part(TimePoint now);
  void share(const store::FinishedTorrent& finished, std::function<void()> then);
  void end(const Error& error);
  void close(bool completed);
  /// Closes it, to be gone on with later.
  void pause();
  /// What is here is being looked at, or the mesh is asked.
  [[nodiscard]] bool is_opening() const {
    return wish_.layout && !asks_layers_ && !(disk_ && disk_->is_open());
  }
  [[nodiscard]] std::uint64_t size() const { return wish_.layout ? wish_.layout->asked_bytes : 0; }
  [[nodiscard]] std::uint64_t verified_bytes() const;
  [[nodiscard]] std::uint32_t sources() const;
  [[nodiscard]] bool is_serving() const { return parts_.config.uploads && parts_.share_finished; }
  [[nodiscard]] std::uint64_t offset_of(const wire::bt::BlockRange& block) const {
    return std::uint64_t{block.piece} * wish_.layout->piece_length + block.begin;
  }
  [[nodiscard]] bool is_limited() const { return rate() != 0; }
  [[nodiscard]] wire::bt::Announce announce() const;

  Parts parts_;
  TorrentWish wish_;
  Rng tracker_rng_;
  core::bittorrent::Fetch fetch_;
  FetchLinks links_;
  std::vector<std::unique_ptr<TrackerClient>> trackers_;
  asio::ip::tcp::resolver resolver_;
  asio::steady_timer timer_;
  std::shared_ptr<TorrentDisk> disk_;
  std::shared_ptr<TorrentMeshPhase> mesh_;  ///< of v2 and hybrids
  std::vector<Watcher> watchers_;
  std::optional<TorrentParting> parting_;
  ReadAllowance allowance_;
  TimePoint took_at_;  ///< blocks came, or it waited for its allowance
  TimePoint ticked_at_;
  std::uint32_t most_sources_ = 0;
  std::uint32_t told_sources_ = 0;
  std::uint64_t told_bytes_ = 0;
  bool asks_layers_ = false;
  bool finishing_ = false;
  bool over_ = false;
};

}  // namespace freshet::io
