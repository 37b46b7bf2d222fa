// The first phase of a torrent of v2 or of a hybrid: which of its files are not in their place, and
// what of those nodes of the mesh bring (torrent_mesh.h). Nodes come before clients of BitTorrent,
// so they must bring it, or the rest is left to those. On the io thread.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/io/host/fetches.h"
#include "node/io/host/torrent_mesh.h"
#include "node/io/host/worker_pool.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::io {

class TorrentMeshPhase : public std::enable_shared_from_this<TorrentMeshPhase> {
 public:
  struct Parts {
    WorkerPool& disk;
    Fetches& fetches;
    TorrentMesh::Find find;
  };
  struct Wish {
    std::shared_ptr<const wire::bt::TorrentLayout> layout;  ///< that speaks v2
    std::string folder;                                     ///< absolute
    std::string name;                                       ///< empty: as the torrent says
    std::uint64_t rate = 0;                                 ///< bytes a second; 0: no limit
  };
  struct Told {
    std::function<void()> moved;
    /// Once, unless it failed. The paths of those that came.
    std::function<void(const std::vector<std::string>&)> over;
    std::function<void(const Error&)> failed;
  };

  TorrentMeshPhase(const Parts& parts, Wish wish, Told told);

  void begin();
  /// Every second or so. `is_limited`: a rate keeps it slow. `has_others`: clients of BitTorrent
  /// could bring the torrent; then it is given up where it is slow.
  void judge(TimePoint now, bool is_limited, bool has_others);
  /// Nothing came for so long that it is as if there were no source.
  [[nodiscard]] bool is_stuck(TimePoint now) const;
  /// All of the torrent is here: what is left of files that nodes did not bring to their end is
  /// removed, that of an earlier run too. A daemon would go on with it at its next start.
  void drop_left() const;
  /// Nothing is told any more; what is verified stays.
  void leave();
  /// The same at the daemon's end.
  void drop();
  [[nodiscard]] std::uint64_t verified_bytes() const;
  [[nodiscard]] std::uint32_t sources() const { return mesh_ ? mesh_->sources() : 0; }

 private:
  /// What had come when it was last judged.
  struct Mark {
    TimePoint at;
    std::uint64_t bytes = 0;
    std::uint64_t last = 0;
    TimePoint moved_at;
  };
  void on_lacked(const Result<std::vector<TorrentMesh::File>>& lacked);
  void on_over(const std::vector<std::string>& arrived);

  Parts parts_;
  Wish wish_;
  Told told_;
  std::shared_ptr<TorrentMesh> mesh_;  ///< while it is asked
  std::optional<Mark> mark_;
  std::uint64_t brought_bytes_ = 0;  ///< when it was over
  bool over_ = false;
};

}  // namespace freshet::io
