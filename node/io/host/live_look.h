// What LiveShares does on the catalogue's worker: reads the watch, looks at what changed, and keeps
// the difference in the catalogue. Touched by jobs of that worker alone.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "node/store/catalogue.h"
#include "node/store/scanner.h"
#include "node/store/tree_watch.h"

namespace freshet::io {

class LiveLook {
 public:
  struct Uses {
    store::Catalogue& catalogue;
    std::vector<std::string> excluded;
    std::function<void(std::vector<store::FileChange>)> changed;
    std::stop_token stop;
  };
  /// Why shares are not watched, for a person.
  using Unwatched = std::map<store::ShareId, std::string>;

  /// `no_watch`: why there is no watch, when there is none.
  LiveLook(Uses uses, std::optional<store::TreeWatch> watch, std::string no_watch);

  void add(const store::Share& share);
  void remove(store::ShareId share);

  // ---- by a scan of a share

  void scan_begins(const store::Share& share);
  /// Before a folder is listed.
  void entered(store::ShareId share, const std::string& folder, int fd);
  /// From time to time, or the kernel's queue runs over meanwhile.
  void drain();
  [[nodiscard]] bool is_written(store::ShareId share, const std::string& relative) const {
    return watch_ && watch_->is_written({share, relative});
  }

  struct Outcome {
    std::set<store::ShareId> rescan;      ///< what only a whole scan can put right
    std::optional<TimePoint> look_again;  ///< a file may rest then
  };
  /// Looks at what changed and keeps the difference.
  Outcome look();
  [[nodiscard]] const Unwatched& unwatched() const { return unwatched_; }

 private:
  void look_at_touched(store::Dirty& dirty, Outcome& outcome);
  void look_at_trees(const std::set<store::PathKey>& trees, Outcome& outcome);
  void look_at_files(const std::set<store::PathKey>& files, Outcome& outcome);
  void look_at_files_of(const store::Share& share,
                        const std::set<std::string>& paths,
                        Outcome& outcome);
  void list_tree(const store::PathKey& top, Outcome& outcome);
  /// The folders right below that are to be listed next; empty when there is no more to learn.
  std::vector<std::string> list(const store::PathKey& folder, Outcome& outcome);
  void keep(store::ShareId share, Result<std::vector<store::FileChange>> changes, Outcome& outcome);
  void watch_single(const store::Share& share);
  [[nodiscard]] store::ScanOptions options(store::ShareId share);
  void give_up(store::ShareId share, const std::string& why);

  Uses uses_;
  std::optional<store::TreeWatch> watch_;
  std::string no_watch_;
  std::map<store::ShareId, store::ShareLocation> shares_;
  Unwatched unwatched_;
  store::Dirty dirty_;
};

}  // namespace freshet::io
