#include "node/store/file_source.h"

#include "node/base/check.h"
#include "node/store/file_io.h"
#include "node/store/shared_file.h"

namespace freshet::store {

FileSource::FileSource(std::size_t max_open) : max_open_(max_open) {
  FRESHET_CHECK(max_open > 0);
}

Status FileSource::read(const FileRef& file, std::uint64_t offset, std::span<Byte> out) {
  if (offset > file.stamp.size_bytes || out.size() > file.stamp.size_bytes - offset) {
    return Error{ErrorCode::invalid,
                 "bytes beyond the end of " + file.absolute() + " were asked for"};
  }
  const auto fd = descriptor(file);
  if (!fd) return fd.error();
  auto same = check_unchanged(*fd, file);
  if (same) {
    const auto count = read_some_at(*fd, offset, out, file.absolute());
    if (!count) return count.error();
    if (*count == out.size()) return kOk;
    same = Error{ErrorCode::io,
                 file.absolute() + " changed while it was read; run `freshet share rescan`"};
  }
  forget(file);  // it may be back under its name, as another inode
  return same;
}

Result<std::vector<Sha256>> FileSource::hashes(const FileRef& file,
                                               const ContentInfo& content,
                                               const wire::bt::HashRequest& request) {
  return layer_hashes(content, request, [&](std::uint64_t offset, std::span<Byte> out) {
    return read(file, offset, out);
  });
}

void FileSource::forget(const FileRef& file) {
  open_.remove_if([path = file.absolute()](const Open& open) { return open.path == path; });
}

Result<int> FileSource::descriptor(const FileRef& file) {
  std::string path = file.absolute();
  for (auto open = open_.begin(); open != open_.end(); ++open) {
    if (open->path != path) continue;
    // An open file that was replaced under its name is still the old one; the stamp tells which is
    // meant.
    if (!check_unchanged(open->fd.get(), file)) {
      open_.erase(open);
      break;
    }
    open_.splice(open_.begin(), open_, open);
    return open_.front().fd.get();
  }
  auto fd = open_shared_file(file);
  if (!fd) return fd.error();
  if (open_.size() >= max_open_) open_.pop_back();
  open_.push_front({std::move(path), std::move(*fd)});
  return open_.front().fd.get();
}

}  // namespace freshet::store
