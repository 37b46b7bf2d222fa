#include "node/store/look_at.h"

#include <cerrno>
#include <optional>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/beneath.h"
#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {
namespace {

bool is_own_trouble(int why) {
  return why == ENOENT || why == ELOOP || why == ENOTDIR || why == EACCES || why == EPERM;
}

/// Keeps the folder of the last name open: names come in order.
class Looking {
 public:
  explicit Looking(const ShareLocation& share) : share_(share) {}

  Status open() {
    const std::string base = share_.base();
    root_ = UniqueFd(::open(base.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return root_ ? Status(kOk) : Status(os_error("cannot read", base, errno));
  }

  Status look(const std::string& path) {
    const auto slash = path.rfind('/');
    if (auto entered = enter(slash == std::string::npos ? "" : path.substr(0, slash)); !entered)
      return entered;
    struct stat info {};
    const std::string name = file_name_of(path);
    if (!folder_ || ::fstatat(folder_.get(), name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
      if (folder_ && !is_own_trouble(errno)) return os_error("cannot examine", path, errno);
      looked_.gone.push_back(path);
    } else if (S_ISREG(info.st_mode)) {
      looked_.there.push_back({path, stamp_of(info), info.st_nlink > 1});
    } else {
      looked_.gone.push_back(path);
    }
    return kOk;
  }

  Looked take() { return std::move(looked_); }

 private:
  Status enter(const std::string& folder) {
    if (at_ == folder) return kOk;
    at_ = folder;
    folder_ = open_beneath(root_.get(), folder, O_PATH | O_DIRECTORY);
    if (folder_ || is_own_trouble(errno)) return kOk;
    return os_error("cannot enter", share_.base() + "/" + folder, errno);
  }

  const ShareLocation& share_;
  UniqueFd root_;
  std::optional<std::string> at_;
  UniqueFd folder_;  ///< `at_`; empty when it cannot be entered
  Looked looked_;
};

}  // namespace

Result<Looked> look_at(const ShareLocation& share, const std::set<std::string>& paths) {
  Looking looking(share);
  if (auto opened = looking.open(); !opened) return opened.error();
  for (const std::string& path : paths) {
    if (auto done = looking.look(path); !done) return done.error();
  }
  return looking.take();
}

bool can_list(const ShareLocation& share, const std::string& folder) {
  const UniqueFd root(::open(share.base().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!root) return false;
  const UniqueFd fd = open_beneath(root.get(), folder, O_RDONLY | O_DIRECTORY);
  return fd && ::faccessat(fd.get(), ".", X_OK, AT_EACCESS) == 0;
}

}  // namespace freshet::store
