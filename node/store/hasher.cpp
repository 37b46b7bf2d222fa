#include "node/store/hasher.h"

#include <algorithm>

#include <fcntl.h>

#include "node/store/file_io.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/merkle.h"

namespace freshet::store {

namespace {

constexpr std::size_t kReadBytes = 1U << 20U;

}  // namespace

Result<ContentInfo> hash_file(const FileRef& file, const std::stop_token& stop) {
  const std::uint64_t size = file.stamp.size_bytes;
  if (size > wire::bt::kMaxContentBytes) {
    return Error{ErrorCode::invalid,
                 file.absolute() + " is longer than 4 TiB and cannot be shared; split it"};
  }
  auto fd = open_shared_file(file);
  if (!fd) return fd.error();
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  wire::bt::TreeBuilder builder(size);
  Bytes buffer(static_cast<std::size_t>(std::min<std::uint64_t>(size, kReadBytes)));
  for (std::uint64_t offset = 0; offset < size;) {
    if (stop.stop_requested()) return Error{ErrorCode::canceled, "hashing was stopped"};
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(size - offset, kReadBytes));
    const auto count =
        read_some_at(fd->get(), offset, std::span(buffer).first(wanted), file.absolute());
    if (!count) return count.error();
    if (*count == 0) break;  // it was cut short: check_unchanged() says so
    builder.feed(ByteView(buffer).first(*count));
    offset += *count;
  }
  if (auto same = check_unchanged(fd->get(), file); !same) return same.error();
  auto tree = builder.finish();
  if (!tree) {
    return Error{ErrorCode::io,
                 file.absolute() + " changed while it was read; run `freshet share rescan`"};
  }
  return ContentInfo{tree->root, size, std::move(tree->piece_layer)};
}

}  // namespace freshet::store
