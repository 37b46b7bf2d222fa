#include "node/store/tree_watch.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>

#include <sys/inotify.h>

#include "node/store/os_error.h"

namespace freshet::store {
namespace {

constexpr std::uint32_t kFolderEvents = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO
                                        | IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF
                                        | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;
constexpr std::uint32_t kFileEvents =
    IN_MODIFY | IN_CLOSE_WRITE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr std::size_t kEventBytes = 64UL * 1024;
constexpr int kMaxReads = 64;  // in one read(): whoever makes events faster is not followed forever

std::string joined(const std::string& folder, std::string_view name) {
  std::string path = folder;
  if (!path.empty()) path += '/';
  return path.append(name);
}

// The paths below a folder are those from its name with '/' to its name with '0', which follows
// '/'.
PathKey begin_below(const PathKey& folder) {
  return {folder.first, folder.second + "/"};
}
PathKey end_below(const PathKey& folder) {
  return {folder.first, folder.second + "0"};
}

Error watch_error(int why) {
  if (why == ENOSPC) {
    return {.code = ErrorCode::io,
            .message =
                "no inotify watches are left; raise the limit with: "
                "sysctl fs.inotify.max_user_watches=1048576"};
  }
  return os_error("cannot watch", "a shared folder", why);
}

}  // namespace

Result<TreeWatch> TreeWatch::open() {
  UniqueFd fd(::inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (fd) return TreeWatch(std::move(fd));
  const int why = errno;
  if (why == EMFILE) {
    return Error{ErrorCode::io,
                 "no inotify instances are left; raise the limit with: "
                 "sysctl fs.inotify.max_user_instances=1024"};
  }
  return os_error("cannot watch", "shared folders", why);
}

Status TreeWatch::watch(const PathKey& folder, int folder_fd) {
  return add(folder, folder_fd, false);
}

Status TreeWatch::watch_file(const PathKey& file, int file_fd) {
  return add(file, file_fd, true);
}

// By the descriptor and not by the path: nothing can be put in its way.
Status TreeWatch::add(const PathKey& place, int fd, bool is_file) {
  const std::string path = "/proc/self/fd/" + std::to_string(fd);
  const int watch =
      ::inotify_add_watch(fd_.get(), path.c_str(), is_file ? kFileEvents : kFolderEvents);
  if (watch < 0) return watch_error(errno);
  const auto known = places_.find(place);
  if (known != places_.end()) {
    if (known->second.watch == watch) return kOk;
    lose(known);  // another has this name now
  }
  auto& names = by_watch_[watch];
  const auto before = std::find_if(
      names.begin(), names.end(), [&](const PathKey& name) { return name.first == place.first; });
  if (before != names.end()) {
    places_.erase(*before);  // it has another name now
    *before = place;
  } else {
    names.push_back(place);
  }
  places_[place] = {.watch = watch, .is_file = is_file};
  return kOk;
}

TreeWatch::Places::iterator TreeWatch::lose(Places::iterator place) {
  const auto names = by_watch_.find(place->second.watch);
  if (names != by_watch_.end()) {
    std::erase(names->second, place->first);
    if (names->second.empty()) {
      ::inotify_rm_watch(fd_.get(), place->second.watch);
      by_watch_.erase(names);
    }
  }
  return places_.erase(place);
}

void TreeWatch::forget_below(const PathKey& folder) {
  if (const auto itself = places_.find(folder); itself != places_.end()) lose(itself);
  const PathKey end = end_below(folder);
  auto at = places_.lower_bound(begin_below(folder));
  while (at != places_.end() && at->first < end) at = lose(at);
  written_.erase(written_.lower_bound(begin_below(folder)), written_.lower_bound(end));
}

void TreeWatch::forget(ShareId share) {
  auto at = places_.lower_bound({share, {}});
  while (at != places_.end() && at->first.first == share) at = lose(at);
  std::erase_if(written_, [&](const auto& each) { return each.first.first == share; });
}

void TreeWatch::lost_events(Dirty& dirty) {
  for (const auto& [watch, names] : by_watch_) {
    for (const PathKey& name : names) dirty.shares.insert(name.first);
  }
  // Nobody may tell now that these were closed.
  std::erase_if(written_, [](const auto& each) { return each.second.offered; });
}

void TreeWatch::read(TimePoint now, Dirty& dirty) {
  alignas(inotify_event) std::array<char, kEventBytes> buffer;
  for (int reads = 0; reads < kMaxReads; ++reads) {
    const auto count = ::read(fd_.get(), buffer.data(), buffer.size());
    if (count <= 0) break;
    for (std::size_t at = 0; at < static_cast<std::size_t>(count);) {
      inotify_event event{};
      std::memcpy(&event, &buffer[at], sizeof event);
      const char* name = event.len == 0 ? "" : &buffer[at + sizeof event];
      take(now, event.wd, event.mask, name, dirty);
      at += sizeof event + event.len;
    }
  }
  find_rested(now, dirty);
}

void TreeWatch::take(
    TimePoint now, int watch, std::uint32_t mask, std::string_view name, Dirty& dirty) {
  if ((mask & IN_Q_OVERFLOW) != 0) return lost_events(dirty);
  const auto found = by_watch_.find(watch);
  if (found == by_watch_.end()) return;  // it was given up meanwhile
  const std::vector<PathKey> names = found->second;
  for (const PathKey& place : names) {
    const auto known = places_.find(place);
    if (known == places_.end()) continue;
    if (name.empty()) {
      take_self(now, place, known->second.is_file, mask, dirty);
    } else if (name.front() != '.') {
      const PathKey below{place.first, joined(place.second, name)};
      if ((mask & IN_ISDIR) != 0) {
        take_folder(below, mask, dirty);
      } else {
        take_file(now, below, mask, dirty);
      }
    }
  }
}

// What happens to a folder that is not a share's own is told by the one that it lies in, except
// that its disk is unmounted.
void TreeWatch::take_self(
    TimePoint now, const PathKey& place, bool is_file, std::uint32_t mask, Dirty& dirty) {
  if (is_file) {
    if ((mask & IN_MODIFY) != 0) {
      if (note_writing(now, place, true)) dirty.shares.insert(place.first);
    } else {
      written_.erase(place);
      dirty.shares.insert(place.first);
    }
  } else if (place.second.empty()) {
    if ((mask & IN_ATTRIB) != 0) {
      dirty.touched.insert(place);
    } else {
      dirty.shares.insert(place.first);
    }
  } else if ((mask & IN_UNMOUNT) != 0) {
    dirty.trees.insert(place);
  }
  if ((mask & IN_IGNORED) == 0) return;
  if (const auto known = places_.find(place); known != places_.end()) lose(known);
}

void TreeWatch::take_folder(const PathKey& folder, std::uint32_t mask, Dirty& dirty) {
  if ((mask & (IN_CREATE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) == 0) {
    dirty.touched.insert(folder);
    return;
  }
  forget_below(folder);
  dirty.trees.insert(folder);
}

void TreeWatch::take_file(TimePoint now, const PathKey& file, std::uint32_t mask, Dirty& dirty) {
  if ((mask & (IN_CREATE | IN_MODIFY)) != 0) {
    if (note_writing(now, file, (mask & IN_MODIFY) != 0)) dirty.files.insert(file);
    return;
  }
  if ((mask & (IN_CLOSE_WRITE | IN_MOVED_TO | IN_DELETE | IN_MOVED_FROM)) != 0)
    written_.erase(file);
  dirty.files.insert(file);
}

bool TreeWatch::note_writing(TimePoint now, const PathKey& file, bool modified) {
  const auto known = written_.find(file);
  if (known == written_.end()) {
    if (written_.size() < kMaxWritten)
      written_[file] = {.last = now, .rest = kRestAfter, .modified = modified, .offered = false};
    return true;
  }
  Writing& writing = known->second;
  writing.last = now;
  writing.modified |= modified;
  if (!writing.offered) return false;
  writing.offered = false;
  writing.rest = std::min(writing.rest * 2, kMaxRest);
  return true;
}

void TreeWatch::find_rested(TimePoint now, Dirty& dirty) {
  next_rest_.reset();
  for (auto at = written_.begin(); at != written_.end();) {
    auto& [file, writing] = *at;
    if (writing.offered) {
      ++at;
      continue;
    }
    if (now - writing.last < writing.rest) {
      next_rest_ = earlier(next_rest_, writing.last + writing.rest);
      ++at;
      continue;
    }
    const auto single = places_.find(file);
    if (single != places_.end() && single->second.is_file) {
      dirty.shares.insert(file.first);
    } else {
      dirty.files.insert(file);
    }
    writing.offered = true;
    at = writing.modified ? std::next(at) : written_.erase(at);
  }
}

bool TreeWatch::is_written(const PathKey& file) const {
  const auto known = written_.find(file);
  return known != written_.end() && !known->second.offered;
}

}  // namespace freshet::store
