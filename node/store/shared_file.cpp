#include "node/store/shared_file.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>

#include "node/store/beneath.h"
#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {

Result<UniqueFd> open_shared_file(const FileRef& file) {
  const UniqueFd base(::open(file.base.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  // O_NONBLOCK: a pipe may have taken the file's place, and nobody may ever write to it.
  UniqueFd fd = base ? open_beneath(base.get(), file.relative, O_RDONLY | O_NONBLOCK) : UniqueFd();
  if (!fd) {
    const int why = errno;
    if (why == ENOENT) {
      return Error{ErrorCode::not_found, file.absolute() + " vanished; run `freshet share rescan`"};
    }
    if (why == ELOOP || why == ENOTDIR) {
      return Error{ErrorCode::io,
                   file.absolute() + " is reached through a symlink now and not shared any more"};
    }
    return os_error("cannot open", file.absolute(), why);
  }
  if (auto same = check_unchanged(fd.get(), file); !same) return same.error();
  return fd;
}

Result<FileStamp> examine_file(const std::string& path) {
  struct stat info {};
  if (::lstat(path.c_str(), &info) != 0) {
    if (errno == ENOENT) return Error{ErrorCode::not_found, path + " vanished"};
    return os_error("cannot examine", path, errno);
  }
  if (!S_ISREG(info.st_mode)) return Error{ErrorCode::io, path + " is not a regular file"};
  return stamp_of(info);
}

Status read_whole_file(const FileRef& file,
                       std::size_t chunk_bytes,
                       const std::stop_token& stop,
                       const std::function<void(ByteView)>& take) {
  const std::uint64_t size = file.stamp.size_bytes;
  auto fd = open_shared_file(file);
  if (!fd) return fd.error();
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Bytes chunk(static_cast<std::size_t>(std::min<std::uint64_t>(size, chunk_bytes)));
  std::uint64_t offset = 0;
  while (offset < size) {
    if (stop.stop_requested()) return Error{ErrorCode::canceled, "hashing was stopped"};
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(size - offset, chunk_bytes));
    const auto count =
        read_some_at(fd->get(), offset, std::span(chunk).first(wanted), file.absolute());
    if (!count) return count.error();
    if (*count != wanted) break;
    take(ByteView(chunk).first(wanted));
    offset += wanted;
  }
  if (auto same = check_unchanged(fd->get(), file); !same) return same.error();
  if (offset == size) return kOk;
  return Error{ErrorCode::io,
               file.absolute() + " changed while it was read; run `freshet share rescan`"};
}

Status check_unchanged(int fd, const FileRef& file) {
  struct stat info {};
  if (::fstat(fd, &info) != 0) return os_error("cannot examine", file.absolute(), errno);
  if (!S_ISREG(info.st_mode) || !is_unchanged(file.stamp, stamp_of(info))) {
    return Error{ErrorCode::io,
                 file.absolute() + " changed since it was scanned; run `freshet share rescan`"};
  }
  return kOk;
}

}  // namespace freshet::store
