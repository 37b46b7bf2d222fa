#include "node/wire/bt/torrent_v2.h"

#include <algorithm>
#include <map>
#include <utility>

#include "node/wire/bt/file_tree.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/path_rules.h"

namespace freshet::wire::bt {
namespace {

std::string name_of(const TorrentLayout& layout, const TorrentFileSpan& file) {
  return shown(file.path.empty() ? layout.title : joined_path(file.path));
}

void add_span(TreeFile file, TorrentLayout& layout) {
  const std::uint64_t begin = aligned(layout.size_bytes, layout.piece_length);
  if (file.size_bytes > 0 && begin != layout.size_bytes) {
    const std::uint64_t gap = begin - layout.size_bytes;
    layout.files.push_back({.path = {".pad", std::to_string(gap)},
                            .offset = layout.size_bytes,
                            .size_bytes = gap,
                            .padding = true});
    layout.size_bytes = begin;
  }
  layout.files.push_back({.path = std::move(file.path),
                          .offset = layout.size_bytes,
                          .size_bytes = file.size_bytes,
                          .padding = false,
                          .content = file.content});
  layout.size_bytes += file.size_bytes;
}

// Files of one piece are known by their roots alone.
void add_nodes(TorrentLayout& layout) {
  layout.nodes.resize(layout.piece_count());
  layout.unknown_nodes = layout.piece_count();
  for (const TorrentFileSpan& file : layout.files) {
    if (!file.content || file.size_bytes > layout.piece_length) continue;
    layout.nodes[file.offset / layout.piece_length] = Sha256::from(file.content->view());
    --layout.unknown_nodes;
  }
}

// A root stands for one content, and so for one length.
Status check_roots(const std::vector<TreeFile>& tree) {
  std::map<ContentId, std::uint64_t> lengths;
  for (const TreeFile& file : tree) {
    if (file.content
        && lengths.emplace(*file.content, file.size_bytes).first->second != file.size_bytes)
      return Error::invalid("two of its files have one root and different lengths");
  }
  return kOk;
}

Status build_v2(std::vector<TreeFile> tree, TorrentLayout& layout) {
  layout.is_folder = tree.size() != 1 || tree.front().path.size() != 1;
  if (!layout.is_folder) layout.title = std::exchange(tree.front().path, {}).front();
  for (TreeFile& file : tree) {
    add_span(std::move(file), layout);
    if (layout.size_bytes > kMaxContentBytes)
      return Error::invalid("its files are too long together");
  }
  if (layout.size_bytes == 0) return Error::invalid("there is no byte in it");
  const std::uint64_t pieces =
      aligned(layout.size_bytes, layout.piece_length) / layout.piece_length;
  if (pieces > kMaxTorrentPieces)
    return Error::invalid("it has " + std::to_string(pieces) + " pieces; "
                          + std::to_string(kMaxTorrentPieces) + " are taken");
  add_nodes(layout);
  return kOk;
}

// Who has the one part must not get something else than who has the other (BEP 52).
Status match_v1(const std::vector<TreeFile>& tree, TorrentLayout& layout) {
  const Error differ = Error::invalid("its files are not the same in v1 and in v2");
  std::size_t next = 0;
  std::uint64_t end = 0;
  for (TorrentFileSpan& file : layout.files) {
    if (file.padding) continue;
    if (next == tree.size() || file.size_bytes != tree[next].size_bytes) return differ;
    if (layout.is_folder ? file.path != tree[next].path : tree[next].path.size() != 1)
      return differ;
    if (file.size_bytes > 0 && file.offset != aligned(end, layout.piece_length)) return differ;
    if (file.size_bytes > 0) end = file.offset + file.size_bytes;
    file.content = tree[next++].content;
  }
  if (next != tree.size() || layout.size_bytes > aligned(end, layout.piece_length)) return differ;
  return kOk;
}

Result<std::vector<Sha256>> checked_layer(const TorrentLayout& layout,
                                          const TorrentFileSpan& file,
                                          ByteView bytes) {
  const Error wrong = Error::invalid("its piece layer of " + name_of(layout, file)
                                     + " is not what that file's root names");
  const Shape shape = layout.shape_of(file);
  if (bytes.size() != std::size_t{shape.piece_count} * Sha256::kSize) return wrong;
  std::vector<Sha256> layer;
  layer.reserve(shape.piece_count);
  for (; !bytes.empty(); bytes = bytes.subspan(Sha256::kSize))
    layer.push_back(Sha256::from(bytes.first(Sha256::kSize)));
  // A node over bytes is none; here zero says that it is not known.
  if (std::any_of(layer.begin(), layer.end(), [](const Sha256& node) { return node.is_zero(); }))
    return wrong;
  const Sha256 root = fold(layer, shape.piece_layer(), shape.height() - shape.piece_layer());
  if (root != Sha256::from(file.content->view())) return wrong;
  return layer;
}

}  // namespace

Status add_file_tree(const Bencoded::Value& info, TorrentLayout& layout) {
  const auto found = info.find("file tree");
  if (!found) return Error::invalid("it is of BitTorrent v2, and has no file tree");
  auto tree = read_file_tree(*found, kMaxTorrentFiles);
  if (!tree) return tree.error();
  if (Status fine = check_roots(*tree); !fine) return fine;
  return has_v1(layout.kind) ? match_v1(*tree, layout) : build_v2(std::move(*tree), layout);
}

Status add_piece_layers(const Bencoded::Value& torrent, TorrentLayout& layout) {
  const auto layers = torrent.find("piece layers");
  std::map<ContentId, ByteView> by_root;
  for (auto each = layers ? layers->first() : std::nullopt; each; each = each->next()) {
    if (each->key().size() == ContentId::kSize && each->bytes())
      by_root.emplace(ContentId::from(each->key()), *each->bytes());
  }
  for (const TorrentFileSpan& file : layout.files) {
    if (!file.content || file.size_bytes <= layout.piece_length) continue;
    const auto layer = by_root.find(*file.content);
    if (layer == by_root.end()) continue;
    const auto nodes = checked_layer(layout, file, layer->second);
    if (!nodes) return nodes.error();
    layout.learn(file, 0, *nodes);
  }
  return kOk;
}

}  // namespace freshet::wire::bt
