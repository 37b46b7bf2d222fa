#include "node/store/torrent_pieces.h"

#include "node/base/check.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/sha1.h"

namespace freshet::store {

Result<Bytes> torrent_pieces(const FileRef& file,
                             std::uint32_t piece_length,
                             const std::stop_token& stop) {
  FRESHET_CHECK(piece_length > 0);
  Bytes hashes;
  const Status read = read_whole_file(file, piece_length, stop, [&](ByteView piece) {
    const InfoHash hash = wire::bt::sha1(piece);
    hashes.insert(hashes.end(), hash.bytes.begin(), hash.bytes.end());
  });
  if (!read) return read.error();
  return hashes;
}

Result<bool> has_torrent_pieces(const FileRef& file,
                                std::uint32_t piece_length,
                                ByteView pieces,
                                const std::stop_token& stop) {
  FRESHET_CHECK(piece_length > 0);
  std::stop_source end;
  const std::stop_callback stopped(stop, [&] { end.request_stop(); });
  bool is_same = true;
  const Status read = read_whole_file(file, piece_length, end.get_token(), [&](ByteView piece) {
    const InfoHash hash = wire::bt::sha1(piece);
    is_same =
        pieces.size() >= InfoHash::kSize && InfoHash::from(pieces.first(InfoHash::kSize)) == hash;
    if (is_same) {
      pieces = pieces.subspan(InfoHash::kSize);
    } else {
      end.request_stop();
    }
  });
  if (!is_same) return false;
  if (!read) return read.error();
  return pieces.empty();
}

}  // namespace freshet::store
