// What changed in the shares? Watches their folders with inotify, and turns the kernel's events
// into names to look at again: what is found there then is the truth, an event is only a reason to
// look. So no order, loss or doubling of events makes a wrong catalogue. Thread-compatible.
//
// A file that is being written does not rest: is_written() names it until its writer closes it or
// has not touched it for a while.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/store/types.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// A file whose writer keeps it open rests when nothing was written for so long. Twice as long each
/// time that its writer goes on after all, at most kMaxRest: a slow download is not hashed over and
/// over.
inline constexpr Duration kRestAfter = std::chrono::seconds(1);
inline constexpr Duration kMaxRest = std::chrono::minutes(2);
/// Files that are being written and remembered; of more, some are offered early.
inline constexpr std::size_t kMaxWritten = 100'000;

/// A file or folder of a share, relative to its base; empty: the base itself.
using PathKey = std::pair<ShareId, std::string>;

/// What is to be looked at again.
struct Dirty {
  std::set<PathKey> files;    ///< what has this name now, if anything
  std::set<PathKey> trees;    ///< a folder with all that lies below it
  std::set<PathKey> touched;  ///< a folder that may have become readable or unreadable
  std::set<ShareId> shares;   ///< as a whole: events were lost, or the share itself went or came
};

class TreeWatch {
 public:
  /// Errors: io, naming the sysctl that limits how many there may be.
  static Result<TreeWatch> open();

  /// Readable when there is something for read().
  [[nodiscard]] int fd() const { return fd_.get(); }

  /// Watches an open folder; again for one that is watched: it has this name now. To be called
  /// before the folder is listed, or changes between the two are lost. Errors: io; where the
  /// kernel's limit is reached the message names the sysctl.
  Status watch(const PathKey& folder, int folder_fd);
  /// Watches a share that is a single file, of this name.
  Status watch_file(const PathKey& file, int file_fd);
  void forget(ShareId share);
  /// The folder and those below it.
  void forget_below(const PathKey& folder);
  [[nodiscard]] bool watches(const PathKey& folder) const { return places_.contains(folder); }

  /// Adds what the events say, and the files that came to rest by `now`. Takes a bounded number of
  /// events; with more the descriptor stays readable.
  void read(TimePoint now, Dirty& dirty);
  /// `file` is being written by somebody.
  [[nodiscard]] bool is_written(const PathKey& file) const;
  /// When read() is to be called even if nothing is readable; nullopt: not before.
  [[nodiscard]] std::optional<TimePoint> next_rest() const { return next_rest_; }

  [[nodiscard]] std::size_t watched() const { return by_watch_.size(); }

 private:
  struct Writing {
    TimePoint last;
    Duration rest = kRestAfter;
    bool modified = false;  ///< or only created: then there may be no writer
    bool offered = false;   ///< it rested, and its writer has not closed it
  };
  struct Place {
    int watch = -1;
    bool is_file = false;
  };
  using Places = std::map<PathKey, Place>;

  explicit TreeWatch(UniqueFd fd) : fd_(std::move(fd)) {}
  Status add(const PathKey& place, int fd, bool is_file);
  void take(TimePoint now, int watch, std::uint32_t mask, std::string_view name, Dirty& dirty);
  void take_self(
      TimePoint now, const PathKey& place, bool is_file, std::uint32_t mask, Dirty& dirty);
  void take_folder(const PathKey& folder, std::uint32_t mask, Dirty& dirty);
  void take_file(TimePoint now, const PathKey& file, std::uint32_t mask, Dirty& dirty);
  /// True when the file is to be looked at.
  bool note_writing(TimePoint now, const PathKey& file, bool modified);
  Places::iterator lose(Places::iterator place);
  void lost_events(Dirty& dirty);
  void find_rested(TimePoint now, Dirty& dirty);

  UniqueFd fd_;
  Places places_;
  /// The kernel knows one watch a folder; it may lie in several shares, in each by one name.
  std::unordered_map<int, std::vector<PathKey>> by_watch_;
  std::map<PathKey, Writing> written_;
  std::optional<TimePoint> next_rest_;
};

}  // namespace freshet::store
