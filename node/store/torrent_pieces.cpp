#include "node/store/torrent_pieces.h"

#include <algorithm>

#include <fcntl.h>

#include "node/base/check.h"
#include "node/store/file_io.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/sha1.h"

namespace freshet::store {

Result<Bytes> torrent_pieces(const FileRef& file,
                             std::uint32_t piece_length,
                             const std::stop_token& stop) {
  FRESHET_CHECK(piece_length > 0);
  const std::uint64_t size = file.stamp.size_bytes;
  auto fd = open_shared_file(file);
  if (!fd) return fd.error();
  ::posix_fadvise(fd->get(), 0, 0, POSIX_FADV_SEQUENTIAL);
  Bytes hashes;
  Bytes piece(static_cast<std::size_t>(std::min<std::uint64_t>(size, piece_length)));
  for (std::uint64_t offset = 0; offset < size; offset += piece_length) {
    if (stop.stop_requested()) return Error{ErrorCode::canceled, "hashing was stopped"};
    const auto wanted =
        static_cast<std::size_t>(std::min<std::uint64_t>(size - offset, piece_length));
    const auto count =
        read_some_at(fd->get(), offset, std::span(piece).first(wanted), file.absolute());
    if (!count) return count.error();
    if (*count != wanted) break;  // it was cut short: check_unchanged() says so
    const InfoHash hash = wire::bt::sha1(ByteView(piece).first(wanted));
    hashes.insert(hashes.end(), hash.bytes.begin(), hash.bytes.end());
  }
  if (auto same = check_unchanged(fd->get(), file); !same) return same.error();
  return hashes;
}

}  // namespace freshet::store
