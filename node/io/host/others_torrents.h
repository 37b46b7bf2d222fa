// Torrents that other nodes published and this one found true: kept over restarts, found by the
// names that BitTorrent clients use, few of one content, and bounded in all. What nobody used for
// long gives way to what comes. On the io thread; the disk's part goes to a worker.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <unordered_map>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/bittorrent/torrent.h"
#include "node/io/host/worker_pool.h"
#include "node/store/published.h"

namespace freshet::io {

class OthersTorrents {
 public:
  static constexpr std::size_t kMaxTorrents = 1024;
  static constexpr std::size_t kMaxPerContent = 4;
  /// Of all their info dictionaries, which others made as large as they liked.
  static constexpr std::uint64_t kMaxBytes = std::uint64_t{64} << 20U;
  /// Since it was last asked for; until then it does not give way.
  static constexpr Duration kInUse = std::chrono::minutes(10);

  /// `folder`: where they are kept. `pool`: of one thread; outlives this.
  OthersTorrents(WorkerPool& pool, std::string folder, std::function<TimePoint()> now);

  /// Takes back those of the last run.
  void recall();

  /// nullptr: none of that name. Counts as use.
  core::bittorrent::TorrentPtr find(const InfoHash& name);
  /// Whether there is room for one more of that content.
  [[nodiscard]] bool has_room(const ContentId& content) const;
  /// And keeps it. Nothing happens where there is no room.
  void add(store::Published torrent);
  [[nodiscard]] std::size_t size() const { return entries_.size(); }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }
  /// Those that gave way to others, so far.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

 private:
  struct Entry {
    core::bittorrent::TorrentPtr torrent;
    TimePoint used;
  };
  using Entries = std::list<Entry>;  ///< the one used longest ago first

  /// What must give way first; end(): nothing must. nullopt: nothing can.
  std::optional<Entries::const_iterator> victim_for(const ContentId& content) const;
  [[nodiscard]] bool is_in_use(const Entry& entry) const;
  /// False where what would have to give way is in use.
  bool make_room(const ContentId& content, std::uint64_t bytes);
  void enter(const store::Published& torrent, TimePoint used);
  void drop(Entries::const_iterator entry);

  WorkerPool& pool_;
  std::string folder_;
  std::function<TimePoint()> now_;
  Entries entries_;
  std::unordered_map<InfoHash, Entries::iterator, IdHash> by_name_;
  std::uint64_t bytes_ = 0;
  std::uint64_t forgotten_ = 0;
};

}  // namespace freshet::io
