#include "node/io/host/live_look.h"

#include <algorithm>
#include <array>

#include <fcntl.h>
#include <sys/vfs.h>

#include "node/io/host/steady_now.h"
#include "node/store/look_at.h"
#include "node/store/unique_fd.h"

namespace freshet::io {
namespace {

// File systems whose other users' changes no event tells (statfs(2)): nfs, smb, cifs, smb2, fuse,
// 9p, ceph, afs.
bool tells_nothing(int fd) {
  constexpr std::array<unsigned long, 8> kFarMagic = {
      0x6969, 0x517B, 0xFF534D42, 0xFE534D42, 0x65735546, 0x01021997, 0x00C36400, 0x5346414F};
  struct statfs info {};
  if (::fstatfs(fd, &info) != 0) return false;
  const auto magic = static_cast<unsigned long>(info.f_type) & 0xFFFFFFFFUL;
  return std::find(kFarMagic.begin(), kFarMagic.end(), magic) != kFarMagic.end();
}

// A tree that lies in another of them is looked at with it.
bool lies_in_another(const store::PathKey& folder, const std::set<store::PathKey>& trees) {
  for (auto slash = folder.second.rfind('/'); slash != std::string::npos && slash != 0;
       slash = folder.second.rfind('/', slash - 1)) {
    if (trees.contains({folder.first, folder.second.substr(0, slash)})) return true;
  }
  return false;
}

}  // namespace

LiveLook::LiveLook(Uses uses, std::optional<store::TreeWatch> watch, std::string no_watch)
    : uses_(std::move(uses)),
      watch_(std::move(watch)),
      no_watch_(std::move(no_watch)) {}

void LiveLook::add(const store::Share& share) {
  shares_[share.id] = share.location;
}

void LiveLook::remove(store::ShareId share) {
  shares_.erase(share);
  unwatched_.erase(share);
  if (watch_) watch_->forget(share);
}

void LiveLook::give_up(store::ShareId share, const std::string& why) {
  unwatched_.try_emplace(share, why);
}

void LiveLook::scan_begins(const store::Share& share) {
  unwatched_.erase(share.id);  // it is tried again
  if (share.location.single_file) watch_single(share);
}

void LiveLook::entered(store::ShareId share, const std::string& folder, int fd) {
  if (!watch_) return give_up(share, no_watch_);
  if (folder.empty() && tells_nothing(fd))
    give_up(share, "its file system does not tell what changes");
  if (const Status watched = watch_->watch({share, folder}, fd); !watched)
    give_up(share, watched.error().message);
}

void LiveLook::watch_single(const store::Share& share) {
  const store::UniqueFd fd(::open(share.location.path.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!fd) return;
  if (!watch_) return give_up(share.id, no_watch_);
  const store::PathKey file{share.id, store::file_name_of(share.location.path)};
  if (const Status watched = watch_->watch_file(file, fd.get()); !watched)
    give_up(share.id, watched.error().message);
}

void LiveLook::drain() {
  if (watch_) watch_->read(steady_now(), dirty_);
}

store::ScanOptions LiveLook::options(store::ShareId share) {
  return {.excluded = uses_.excluded,
          .stop = uses_.stop,
          .entered = [this, share](const std::string& folder, int fd) {
            entered(share, folder, fd);
          }};
}

LiveLook::Outcome LiveLook::look() {
  Outcome outcome;
  if (!watch_) return outcome;
  // Where it fails (a full disk) they are kept for another look.
  static_cast<void>(uses_.catalogue.forget_gone());
  watch_->read(steady_now(), dirty_);
  store::Dirty dirty = std::exchange(dirty_, {});
  outcome.rescan = dirty.shares;
  look_at_touched(dirty, outcome);
  look_at_trees(dirty.trees, outcome);
  look_at_files(dirty.files, outcome);
  outcome.look_again = watch_->next_rest();
  std::erase_if(outcome.rescan, [this](store::ShareId share) { return !shares_.contains(share); });
  return outcome;
}

// Who may enter it and may still do so learns nothing new.
void LiveLook::look_at_touched(store::Dirty& dirty, Outcome& outcome) {
  for (const store::PathKey& folder : dirty.touched) {
    const auto share = shares_.find(folder.first);
    if (share == shares_.end()) continue;
    if (store::can_list(share->second, folder.second) && watch_->watches(folder)) continue;
    if (folder.second.empty()) {
      outcome.rescan.insert(folder.first);
    } else {
      dirty.trees.insert(folder);
    }
  }
}

void LiveLook::look_at_trees(const std::set<store::PathKey>& trees, Outcome& outcome) {
  for (const store::PathKey& folder : trees) {
    if (!lies_in_another(folder, trees)) list_tree(folder, outcome);
  }
}

void LiveLook::list_tree(const store::PathKey& top, Outcome& outcome) {
  std::vector<std::string> pending{top.second};
  while (!pending.empty()) {
    const store::PathKey folder{top.first, std::move(pending.back())};
    pending.pop_back();
    if (outcome.rescan.contains(top.first)) return;
    for (std::string& below : list(folder, outcome)) pending.push_back(std::move(below));
  }
}

std::vector<std::string> LiveLook::list(const store::PathKey& folder, Outcome& outcome) {
  const auto share = shares_.find(folder.first);
  if (share == shares_.end() || share->second.single_file) return {};
  auto listing = store::list_folder(share->second, folder.second, options(folder.first));
  if (!listing) {
    if (listing.error().code != ErrorCode::canceled) outcome.rescan.insert(folder.first);
    return {};
  }
  if (!*listing) watch_->forget_below(folder);
  store::FolderListing there = std::move(*listing).value_or(store::FolderListing{});
  std::erase_if(there.files, [&](const store::ScannedFile& file) {
    return is_written(folder.first, file.relative);
  });
  keep(folder.first,
       uses_.catalogue.reconcile(folder.first, folder.second, there.files, there.folders),
       outcome);
  return std::move(there.folders);
}

void LiveLook::look_at_files(const std::set<store::PathKey>& files, Outcome& outcome) {
  for (auto at = files.begin(); at != files.end();) {
    const store::ShareId share = at->first;
    std::set<std::string> paths;
    for (; at != files.end() && at->first == share; ++at) paths.insert(paths.end(), at->second);
    const auto known = shares_.find(share);
    if (known == shares_.end() || outcome.rescan.contains(share)) continue;
    look_at_files_of({.id = share, .location = known->second}, paths, outcome);
  }
}

void LiveLook::look_at_files_of(const store::Share& share,
                                const std::set<std::string>& paths,
                                Outcome& outcome) {
  auto looked = store::look_at(share.location, paths);
  if (!looked) {
    outcome.rescan.insert(share.id);
    return;
  }
  std::erase_if(looked->there, [&](const store::ScannedFile& file) {
    const bool written = is_written(share.id, file.relative);
    if (written) looked->gone.push_back(file.relative);
    return written;
  });
  keep(share.id, uses_.catalogue.note(share.id, looked->there, looked->gone), outcome);
}

void LiveLook::keep(store::ShareId share,
                    Result<std::vector<store::FileChange>> changes,
                    Outcome& outcome) {
  if (!changes) {
    outcome.rescan.insert(share);
  } else if (!changes->empty()) {
    uses_.changed(std::move(*changes));
  }
}

}  // namespace freshet::io
