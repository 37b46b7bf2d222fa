#include "node/store/layer_hashes.h"

#include <algorithm>

namespace freshet::store {

namespace {

constexpr std::size_t kLayerReadBytes = std::size_t{64} * wire::bt::kBlockBytes;

}  // namespace

Result<Sha256> hash_piece(const wire::bt::Shape& shape,
                          std::uint32_t piece,
                          const ReadAt& read,
                          std::vector<Sha256>& leaves) {
  const std::size_t first_leaf = leaves.size();
  const std::size_t piece_bytes = shape.piece_bytes(piece);
  const std::uint64_t start = std::uint64_t{piece} * shape.piece_length;
  Bytes buffer(std::min(piece_bytes, kLayerReadBytes));
  for (std::size_t done = 0; done < piece_bytes; done += buffer.size()) {
    buffer.resize(std::min(buffer.size(), piece_bytes - done));
    if (auto got = read(start + done, buffer); !got) return got.error();
    const auto more = wire::bt::leaves_of(buffer);
    leaves.insert(leaves.end(), more.begin(), more.end());
  }
  const auto own = std::span(leaves).subspan(first_leaf);
  return wire::bt::fold({own.begin(), own.end()}, 0, shape.piece_layer());
}

Result<std::vector<Sha256>> layer_hashes(const ContentInfo& content,
                                         const wire::bt::HashRequest& request,
                                         const ReadAt& read) {
  if (content.size_bytes > wire::bt::kMaxContentBytes) {
    return Error{ErrorCode::invalid, "a content of that size has no hash tree here"};
  }
  const auto shape = wire::bt::Shape::of(content.size_bytes);
  if (content.piece_layer.size() != shape.piece_count || !wire::bt::is_answerable(request, shape)) {
    return Error{ErrorCode::invalid, "hashes were asked for that the content does not have"};
  }
  const auto needed = wire::bt::pieces_needed(request, shape);
  std::vector<Sha256> leaves;
  for (std::uint32_t piece = needed.first; piece < needed.first + needed.count; ++piece) {
    const auto root = hash_piece(shape, piece, read, leaves);
    if (!root) return root.error();
    if (*root != content.piece_layer[piece]) {
      return Error{ErrorCode::verification,
                   "piece " + std::to_string(piece) + " of " + content.id.hex()
                       + " is not on disk as it was hashed; run `freshet share rescan`"};
    }
  }
  return wire::bt::hashes_for(request, shape, content.piece_layer, leaves);
}

}  // namespace freshet::store
