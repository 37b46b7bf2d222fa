#include "node/store/place_file.h"

#include <cerrno>
#include <span>

#include <fcntl.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2 is Linux's, not in <cstdio>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/os_error.h"
#include "node/store/safe_name.h"

namespace freshet::store {

namespace {

constexpr std::size_t kCopyBytes = 1U << 20U;
constexpr mode_t kFolderMode = S_IRWXU | S_IRWXG | S_IRWXO;  // less the umask, both
constexpr mode_t kFileMode =
    S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;  // less the umask

bool is_same_content(const Placement& placement, const std::string& name) {
  struct stat info {};
  const std::string path = placement.folder + "/" + name;
  if (::lstat(path.c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if (static_cast<std::uint64_t>(info.st_size) != placement.size_bytes) return false;
  const auto there = hash_file({placement.folder, name, stamp_of(info)});
  return there && there->id == placement.content;
}

/// 0, or errno. EEXIST: `to` is there.
int rename_new(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return 0;
  if (errno != EINVAL && errno != ENOSYS) return errno;
  // Not every file system knows the flag. A hard link does not replace either; nor do all have
  // those.
  if (::link(from.c_str(), to.c_str()) == 0) return ::unlink(from.c_str()) == 0 ? 0 : errno;
  if (errno != EPERM && errno != EOPNOTSUPP && errno != EMLINK) return errno;
  struct stat info {};
  if (::lstat(to.c_str(), &info) == 0) return EEXIST;
  return ::rename(from.c_str(), to.c_str()) == 0 ? 0 : errno;
}

Status copy_file(const std::string& from, const std::string& to) {
  const UniqueFd in(::open(from.c_str(), O_RDONLY | O_CLOEXEC));
  if (!in) return os_error("cannot open", from, errno);
  ::unlink(to.c_str());  // a crash may have left one
  const UniqueFd out(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!out) return os_error("cannot make", to, errno);
  Bytes buffer(kCopyBytes);
  for (std::uint64_t offset = 0;;) {
    const auto count = read_some_at(in.get(), offset, buffer, from);
    if (!count) return count.error();
    if (*count == 0) break;
    if (auto done = write_all_at(out.get(), offset, ByteView(buffer).first(*count), to); !done)
      return done;
    offset += *count;
  }
  if (::fsync(out.get()) != 0) return os_error("cannot sync", to, errno);
  return kOk;
}

/// The first free name. `from` is on the folder's own file system, or EXDEV is the answer.
Result<std::string> rename_to_free_name(const Placement& placement,
                                        const std::string& from,
                                        int& why) {
  for (unsigned number = 1; number <= kMaxNameNumber; ++number) {
    const std::string name = numbered_file_name(placement.name, number);
    std::string path = placement.folder + "/" + name;
    why = rename_new(from, path);
    if (why == 0) return path;
    if (why != EEXIST) return os_error("cannot give the finished file its name", path, why);
    if (is_same_content(placement, name)) {
      ::unlink(from.c_str());
      why = 0;
      return path;
    }
  }
  return Error{ErrorCode::io,
               "there are too many files named " + placement.name + " in " + placement.folder
                   + "; move some away and run get again"};
}

}  // namespace

Result<std::string> place_file(const Placement& placement) {
  int why = 0;
  auto placed = rename_to_free_name(placement, placement.from, why);
  if (!placed && (why == ENOENT || why == ENOTDIR)) {
    if (auto made = make_folders(placement.folder, kFolderMode); !made) return made.error();
    placed = rename_to_free_name(placement, placement.from, why);
  }
  if (!placed && why == EXDEV) {
    // Hidden, so that no scan shares it half; named by the content, so that a second try finds it
    // again.
    const std::string copy = placement.folder + "/." + placement.content.hex() + ".freshet-part";
    if (auto copied = copy_file(placement.from, copy); !copied) {
      ::unlink(copy.c_str());
      return copied.error();
    }
    placed = rename_to_free_name(placement, copy, why);
    if (!placed) {
      ::unlink(copy.c_str());
      return placed;
    }
    ::unlink(placement.from.c_str());
  }
  if (!placed) return placed;
  if (!placement.sync_folder) return placed;
  if (auto synced = sync_folder(placement.folder); !synced) return synced.error();
  return placed;
}

}  // namespace freshet::store
