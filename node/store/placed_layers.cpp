#include "node/store/placed_layers.h"

#include <vector>

#include "node/store/layer_hashes.h"
#include "node/wire/bt/merkle.h"

namespace freshet::store {
namespace {

// Errors: what `read` says.
Result<std::vector<Sha256>> piece_layer_of(const wire::bt::Shape& shape, const ReadAt& read) {
  std::vector<Sha256> layer;
  layer.reserve(shape.piece_count);
  for (std::uint32_t piece = 0; piece < shape.piece_count; ++piece) {
    std::vector<Sha256> leaves;
    const auto node = hash_piece(shape, piece, read, leaves);
    if (!node) return node.error();
    layer.push_back(*node);
  }
  return layer;
}

}  // namespace

Status learn_placed_layers(wire::bt::TorrentLayout& layout,
                           const TorrentPlace& place,
                           const std::stop_token& stop) {
  PlacedReader reader(place);
  for (const wire::bt::TorrentFileSpan& file : layout.files) {
    if (!layout.lacks_layer_of(file)) continue;
    const wire::bt::Shape shape = layout.shape_of(file);
    const auto layer =
        piece_layer_of(shape, [&](std::uint64_t offset, std::span<Byte> out) -> Status {
          if (stop.stop_requested()) return Error{ErrorCode::canceled, "stopped"};
          if (reader.read(file.offset + offset, out)) return kOk;
          return Error{ErrorCode::not_found, "it is not in its place"};
        });
    if (!layer && layer.error().code == ErrorCode::canceled) return layer.error();
    if (!layer) continue;
    const Sha256 root =
        wire::bt::fold(*layer, shape.piece_layer(), shape.height() - shape.piece_layer());
    if (ContentId::from(root.view()) == *file.content) layout.learn(file, 0, *layer);
  }
  return kOk;
}

}  // namespace freshet::store
