#include "node/store/folder_parts.h"

#include <algorithm>
#include <array>
#include <utility>

#include "node/base/check.h"
#include "node/store/shared_file.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/sha1.h"

namespace freshet::store {
namespace {

constexpr std::size_t kPartReadBytes = std::size_t{1} << 20U;

Status read_all(const FolderParts& parts,
                const std::stop_token& stop,
                const std::function<void(ByteView)>& take) {
  static constexpr std::array<Byte, 4096> kZeros{};
  std::uint64_t end = 0;
  for (const FolderPart& part : parts) {
    for (std::uint64_t gap = part.offset - end; gap > 0;) {
      const auto count = static_cast<std::size_t>(std::min<std::uint64_t>(gap, kZeros.size()));
      take(ByteView(kZeros).first(count));
      gap -= count;
    }
    end = part.offset + part.file.stamp.size_bytes;
    if (Status read = read_whole_file(part.file, kPartReadBytes, stop, take); !read) return read;
  }
  return kOk;
}

/// Cuts a stream into pieces, and hashes each.
class PieceHasher {
 public:
  explicit PieceHasher(std::uint32_t piece_length) : piece_length_(piece_length) {}
  void feed(ByteView bytes) {
    while (!bytes.empty()) {
      const std::size_t count = std::min(bytes.size(), piece_length_ - piece_.size());
      piece_.insert(piece_.end(), bytes.begin(), bytes.begin() + static_cast<long>(count));
      bytes = bytes.subspan(count);
      if (piece_.size() == piece_length_) close();
    }
  }
  Bytes take() {
    if (!piece_.empty()) close();
    return std::move(hashes_);
  }

 private:
  void close() {
    const InfoHash hash = wire::bt::sha1(piece_);
    hashes_.insert(hashes_.end(), hash.bytes.begin(), hash.bytes.end());
    piece_.clear();
  }
  std::size_t piece_length_;
  Bytes piece_;
  Bytes hashes_;
};

}  // namespace

std::uint64_t size_of(const FolderParts& parts) {
  return parts.empty() ? 0 : parts.back().offset + parts.back().file.stamp.size_bytes;
}

Status read_parts(FileSource& source,
                  const FolderParts& parts,
                  std::uint64_t offset,
                  std::span<Byte> out) {
  const std::uint64_t size = size_of(parts);
  if (offset > size || out.size() > size - offset)
    return Error{ErrorCode::invalid, "bytes beyond the end of a folder were asked for"};
  auto part = std::upper_bound(
      parts.begin(), parts.end(), offset, [](std::uint64_t at, const FolderPart& it) {
        return at < it.offset + it.file.stamp.size_bytes;
      });
  for (; !out.empty(); ++part) {
    if (offset < part->offset) {
      const auto gap =
          static_cast<std::size_t>(std::min<std::uint64_t>(out.size(), part->offset - offset));
      std::fill_n(out.begin(), gap, Byte{0});
      offset += gap;
      out = out.subspan(gap);
      if (out.empty()) break;
    }
    const std::uint64_t from = offset - part->offset;
    const auto count = static_cast<std::size_t>(
        std::min<std::uint64_t>(out.size(), part->file.stamp.size_bytes - from));
    if (Status read = source.read(part->file, from, out.first(count)); !read) return read;
    offset += count;
    out = out.subspan(count);
  }
  return kOk;
}

Result<ContentInfo> hash_parts(const FolderParts& parts, const std::stop_token& stop) {
  const std::uint64_t size = size_of(parts);
  if (size > wire::bt::kMaxContentBytes)
    return Error{ErrorCode::invalid, "the files of a folder are too long together"};
  wire::bt::TreeBuilder builder(size);
  const Status read = read_all(parts, stop, [&](ByteView bytes) { builder.feed(bytes); });
  if (!read) return read.error();
  auto tree = builder.finish();
  FRESHET_CHECK(tree);  // each file was read in its length
  return ContentInfo{tree->root, size, std::move(tree->piece_layer)};
}

Result<Bytes> torrent_pieces(const FolderParts& parts,
                             std::uint32_t piece_length,
                             const std::stop_token& stop) {
  FRESHET_CHECK(piece_length > 0);
  PieceHasher pieces(piece_length);
  const Status read = read_all(parts, stop, [&](ByteView bytes) { pieces.feed(bytes); });
  if (!read) return read.error();
  return pieces.take();
}

}  // namespace freshet::store
