#include "node/store/file_io.h"

#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

#include "node/store/os_error.h"

namespace freshet::store {

Result<std::size_t> read_some_at(int fd,
                                 std::uint64_t offset,
                                 std::span<Byte> out,
                                 const std::string& name) {
  std::size_t done = 0;
  while (done < out.size()) {
    const ssize_t count =
        ::pread(fd, out.data() + done, out.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("cannot read", name, errno);
    if (count == 0) break;
    done += static_cast<std::size_t>(count);
  }
  return done;
}

Status write_all_at(int fd, std::uint64_t offset, ByteView bytes, const std::string& name) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t count =
        ::pwrite(fd, bytes.data() + done, bytes.size() - done, static_cast<off_t>(offset + done));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return os_error("cannot write", name, errno);
    done += static_cast<std::size_t>(count);
  }
  return kOk;
}

Result<std::optional<Bytes>> read_small_file(const std::string& path, std::size_t max_bytes) {
  const UniqueFd fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!fd && errno == ENOENT) return std::optional<Bytes>();
  if (!fd) return os_error("cannot open", path, errno);
  struct stat info {};
  if (::fstat(fd.get(), &info) != 0) return os_error("cannot examine", path, errno);
  if (!S_ISREG(info.st_mode))
    return Error{ErrorCode::io, path + " is not a regular file; move it away"};
  if (static_cast<std::uint64_t>(info.st_size) > max_bytes) {
    return Error{ErrorCode::invalid, path + " is too long to be what it should be; move it away"};
  }
  Bytes bytes(static_cast<std::size_t>(info.st_size));
  auto count = read_some_at(fd.get(), 0, bytes, path);
  if (!count) return count.error();
  bytes.resize(*count);
  return std::optional<Bytes>(std::move(bytes));
}

Status for_each_line(const std::string& path,
                     std::size_t max_bytes,
                     const std::function<void(std::string_view)>& visit) {
  const auto bytes = read_small_file(path, max_bytes);
  if (!bytes) return bytes.error().code == ErrorCode::invalid ? kOk : Status(bytes.error());
  std::string_view text = *bytes ? text_of(**bytes) : std::string_view();
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    visit(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return kOk;
}

Status replace_file(const std::string& path, ByteView bytes, mode_t mode) {
  const std::string temporary = path + ".new";
  ::unlink(temporary.c_str());  // a crash may have left one, perhaps with other permissions
  UniqueFd fd(
      ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, mode));
  if (!fd) return os_error("cannot make", temporary, errno);
  Status written = write_all_at(fd.get(), 0, bytes, temporary);
  if (written && ::fsync(fd.get()) != 0) written = os_error("cannot sync", temporary, errno);
  if (written && ::rename(temporary.c_str(), path.c_str()) != 0) {
    written = os_error("cannot replace", path, errno);
  }
  if (!written) {
    ::unlink(temporary.c_str());
    return written;
  }
  return sync_folder(parent_folder(path));
}

Status sync_folder(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd) return os_error("cannot open", folder, errno);
  // Some file systems cannot sync a folder (EINVAL); there is nothing better to do on those.
  if (::fsync(fd.get()) != 0 && errno != EINVAL) return os_error("cannot sync", folder, errno);
  return kOk;
}

Status make_folders(const std::string& folder, mode_t mode) {
  for (std::size_t end = folder.find('/', 1);; end = folder.find('/', end + 1)) {
    const std::string prefix = folder.substr(0, end);
    if (::mkdir(prefix.c_str(), mode) != 0 && errno != EEXIST) {
      const int why = errno;
      struct stat info {};
      // mkdir says EROFS or EACCES of folders that are there, too.
      if (::stat(prefix.c_str(), &info) != 0 || !S_ISDIR(info.st_mode)) {
        return os_error("cannot make the folder", prefix, why);
      }
    }
    if (end == std::string::npos) break;
  }
  struct stat info {};
  if (::stat(folder.c_str(), &info) != 0) return os_error("cannot examine", folder, errno);
  if (!S_ISDIR(info.st_mode)) {
    return Error{ErrorCode::io, folder + " is there and is not a folder; choose another"};
  }
  return kOk;
}

FileStamp stamp_of(const struct stat& info) {
  FileStamp stamp;
  stamp.size_bytes = static_cast<std::uint64_t>(info.st_size);
  stamp.mtime_ns = std::int64_t{info.st_mtim.tv_sec} * 1'000'000'000 + info.st_mtim.tv_nsec;
  stamp.inode = info.st_ino;
  stamp.device = info.st_dev;
  return stamp;
}

std::string parent_folder(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace freshet::store
