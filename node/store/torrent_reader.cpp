#include "node/store/torrent_reader.h"

#include <algorithm>
#include <cerrno>
#include <span>

#include <sys/stat.h>

#include "node/store/file_io.h"
#include "node/store/os_error.h"

namespace freshet::store {

Result<FileStamp> TorrentReader::stamp() const {
  struct stat info {};
  if (::fstat(part_.get(), &info) != 0) return os_error("cannot examine", what_, errno);
  return stamp_of(info);
}

Result<Bytes> TorrentReader::read(std::uint64_t offset,
                                  std::uint32_t length,
                                  const std::optional<FileStamp>& expected) const {
  if (expected) {
    const auto now = stamp();
    if (!now) return now.error();
    if (*now != *expected) return Error{ErrorCode::io, what_ + " was changed by somebody"};
  }
  Bytes bytes(length);
  const std::uint64_t left = size_bytes_ - std::min(size_bytes_, offset);
  const auto there = std::span(bytes).first(std::min<std::uint64_t>(left, length));
  const auto got = read_some_at(part_.get(), offset, there, what_);
  if (!got) return got.error();
  if (*got != there.size()) return Error{ErrorCode::io, what_ + " was cut short by somebody"};
  return bytes;
}

}  // namespace freshet::store
