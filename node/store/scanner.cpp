#include "node/store/scanner.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <memory>
#include <optional>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/beneath.h"
#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {

namespace {

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};

Error share_error(const std::string& path, int why) {
  const char* advice = why == ENOENT ? "check the path; nothing is shared from there" : "";
  return os_error("cannot share", path, why, advice);
}

/// One walk. Folders wait in a list, not on the call stack: no depth is too deep.
class Walk {
 public:
  Walk(const ScanSink& sink, const ScanOptions& options) : sink_(sink), options_(options) {
    for (const std::string& folder : options.excluded) {
      struct stat info {};
      if (::stat(folder.c_str(), &info) == 0) excluded_.emplace_back(info.st_dev, info.st_ino);
    }
  }

  Result<ScanReport> run(const std::string& root) {
    root_ = UniqueFd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_) return share_error(root, errno);
    pending_.emplace_back();
    while (!pending_.empty()) {
      const std::string folder = std::move(pending_.back());
      pending_.pop_back();
      if (auto done = visit(folder, root); !done) return done.error();
    }
    if (auto done = flush(); !done) return done.error();
    return std::move(report_);
  }

  Result<std::optional<FolderListing>> list(const std::string& root, const std::string& folder) {
    root_ = UniqueFd(::open(root.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!root_) return share_error(root, errno);
    if (auto done = visit(folder, root); !done) return done.error();
    if (!entered_) return std::optional<FolderListing>();
    return std::optional(FolderListing{std::move(batch_), std::move(pending_)});
  }
  void keep_all() { keeps_all_ = true; }

  Result<ScanReport> run_single(const std::string& path) {
    struct stat info {};
    if (::lstat(path.c_str(), &info) != 0) return share_error(path, errno);
    if (!S_ISREG(info.st_mode)) {
      return Error{ErrorCode::io, "cannot share " + path + ": it is not a regular file any more"};
    }
    report_.device = info.st_dev;
    const std::string parent = parent_folder(path);
    if (auto done = keep(path.substr(parent == "/" ? 1 : parent.size() + 1), info); !done) {
      return done.error();
    }
    if (auto done = flush(); !done) return done.error();
    return std::move(report_);
  }

 private:
  /// Only what is certainly this folder's own trouble is passed over. With anything else (no
  /// descriptors left, a disk that fails) the scan fails: files that it did not see would be
  /// forgotten.
  Status cannot_enter(const std::string& folder, const std::string& root, int why) {
    const bool changed_meanwhile = why == ENOENT || why == ELOOP || why == ENOTDIR;
    if (changed_meanwhile && !folder.empty()) return kOk;
    if (folder.empty() || (why != EACCES && why != EPERM)) {
      return share_error(folder.empty() ? root : root + "/" + folder, why);
    }
    ++report_.unreadable_folders;
    if (report_.unreadable.size() < kMaxNamedUnreadable) report_.unreadable.push_back(folder);
    return kOk;
  }

  Status visit(const std::string& folder, const std::string& root) {
    UniqueFd fd = open_beneath(root_.get(), folder, O_RDONLY | O_DIRECTORY);
    struct stat info {};
    if (!fd || ::fstat(fd.get(), &info) != 0) return cannot_enter(folder, root, errno);
    if (std::ranges::find(excluded_, Identity(info.st_dev, info.st_ino)) != excluded_.end())
      return kOk;
    if (folder.empty()) report_.device = info.st_dev;
    if (options_.entered) options_.entered(folder, fd.get());
    const std::unique_ptr<DIR, CloseFolder> entries(::fdopendir(fd.get()));
    if (!entries) return cannot_enter(folder, root, errno);
    const int folder_fd = fd.release();  // the DIR's now
    entered_ = true;
    while (true) {
      errno = 0;
      // NOLINTNEXTLINE(concurrency-mt-unsafe): no other thread has this stream.
      const dirent* entry = ::readdir(entries.get());
      if (entry == nullptr) {
        return errno == 0 ? Status(kOk) : cannot_enter(folder, root, errno);
      }
      if (auto done = entry_found(folder, folder_fd, *entry); !done) return done;
    }
  }

  Status entry_found(const std::string& folder, int folder_fd, const dirent& entry) {
    const std::string_view name(&entry.d_name[0]);
    if (name == "." || name == "..") return kOk;
    if (options_.stop.stop_requested()) return Error{ErrorCode::canceled, "the scan was stopped"};
    if (name.front() == '.') {
      ++report_.hidden;
      return kOk;
    }
    std::string relative = folder.empty() ? std::string(name) : folder + "/" + std::string(name);
    if (entry.d_type == DT_DIR) {
      pending_.push_back(std::move(relative));
      return kOk;
    }
    struct stat info {};
    if (::fstatat(folder_fd, &entry.d_name[0], &info, AT_SYMLINK_NOFOLLOW) != 0)
      return kOk;  // vanished
    switch (info.st_mode & S_IFMT) {
      case S_IFREG:
        return keep(std::move(relative), info);
      case S_IFDIR:
        pending_.push_back(std::move(relative));
        break;
      case S_IFLNK:
        ++report_.symlinks;
        break;
      default:
        ++report_.special;
        break;
    }
    return kOk;
  }

  Status keep(std::string relative, const struct stat& info) {
    batch_.push_back({std::move(relative), stamp_of(info), info.st_nlink > 1});
    ++report_.files;
    report_.size_bytes += batch_.back().stamp.size_bytes;
    return keeps_all_ || batch_.size() < kScanBatchFiles ? Status(kOk) : flush();
  }

  Status flush() {
    if (batch_.empty()) return kOk;
    auto taken = sink_(batch_);
    batch_.clear();
    return taken;
  }

  using Identity = std::pair<dev_t, ino_t>;

  const ScanSink& sink_;
  const ScanOptions& options_;
  std::vector<Identity> excluded_;
  UniqueFd root_;
  std::vector<std::string> pending_;  ///< relative paths of folders
  std::vector<ScannedFile> batch_;
  ScanReport report_;
  bool entered_ = false;    ///< a folder, ever
  bool keeps_all_ = false;  ///< the batch is the result
};

}  // namespace

Result<ShareLocation> resolve_share(const std::string& path) {
  std::error_code why;
  ShareLocation location{std::filesystem::canonical(path, why).string(), false};
  if (why) return share_error(path, why.value());
  struct stat info {};
  if (::stat(location.path.c_str(), &info) != 0) return share_error(path, errno);
  if (!S_ISDIR(info.st_mode) && !S_ISREG(info.st_mode)) {
    return Error{ErrorCode::io,
                 "cannot share " + path + ": it is neither a folder nor a regular file"};
  }
  location.single_file = S_ISREG(info.st_mode);
  const int needed = location.single_file ? R_OK : R_OK | X_OK;
  if (::faccessat(AT_FDCWD, location.path.c_str(), needed, AT_EACCESS) != 0)
    return share_error(path, errno);
  return location;
}

Result<std::optional<FolderListing>> list_folder(const ShareLocation& share,
                                                 const std::string& folder,
                                                 const ScanOptions& options) {
  const bool is_hidden = folder.starts_with('.') || folder.find("/.") != std::string::npos;
  if (is_hidden) return std::optional<FolderListing>();
  const ScanSink nowhere;
  Walk walk(nowhere, options);
  walk.keep_all();
  return walk.list(share.path, folder);
}

Result<ScanReport> scan_share(const ShareLocation& share,
                              const ScanSink& sink,
                              const ScanOptions& options) {
  Walk walk(sink, options);
  return share.single_file ? walk.run_single(share.path) : walk.run(share.path);
}

}  // namespace freshet::store
