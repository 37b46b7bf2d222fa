#include "node/wire/bt/torrent_layout.h"

#include <algorithm>
#include <bit>
#include <optional>
#include <set>
#include <utility>

#include "node/base/check.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/path_rules.h"
#include "node/wire/bt/sha1.h"
#include "node/wire/bt/sha256.h"
#include "node/wire/bt/torrent_v2.h"

namespace freshet::wire::bt {
namespace {

using Value = Bencoded::Value;
using Path = std::vector<std::string>;

// Values of a file: of a hybrid's, in both lists and with its padding and layer. A tree is as deep
// as paths are.
constexpr Bencoded::Limits kLayoutLimits{.max_depth = kMaxTorrentPathDepth + 8,
                                         .max_nodes = kMaxTorrentFiles * 24 + 4096};
constexpr std::int64_t kMetaVersion = 2;

Result<std::uint64_t> read_length(const Value& holder, const std::string& where) {
  const auto length = holder.find("length");
  const auto number = length ? length->integer() : std::nullopt;
  if (!number) return Error::invalid(where + " has no length");
  if (*number < 0 || static_cast<std::uint64_t>(*number) > kMaxContentBytes)
    return Error::invalid(where + " has an impossible length: " + std::to_string(*number));
  return static_cast<std::uint64_t>(*number);
}

Result<Path> read_path(const Value& file, const std::string& where) {
  const auto list = file.find("path");
  if (!list || list->type() != Bencoded::Type::list || !list->first())
    return Error::invalid(where + " has no path");
  Path path;
  for (auto part = list->first(); part; part = part->next()) {
    const auto text = part->text();
    if (!text) return Error::invalid(where + " has a path that is no list of names");
    path.emplace_back(*text);
    if (path.size() > kMaxTorrentPathDepth) break;
  }
  if (Status fine = check_path(path, where); !fine) return fine.error();
  return path;
}

bool is_padding(const Value& file) {
  const auto attributes = file.find("attr");
  const auto text = attributes ? attributes->text() : std::nullopt;
  return text && text->find('p') != std::string_view::npos;
}

bool is_symlink(const Value& file) {
  const auto attributes = file.find("attr");
  const auto text = attributes ? attributes->text() : std::nullopt;
  return text && text->find('l') != std::string_view::npos;
}

// The files of a folder.
Status read_files(const Value& list, TorrentLayout& layout) {
  if (list.type() != Bencoded::Type::list || !list.first())
    return Error::invalid("its `files` is no list, or an empty one");
  std::vector<Path> kept;
  for (auto file = list.first(); file; file = file->next()) {
    const std::string where = "file " + std::to_string(layout.files.size() + 1);
    if (kept.size() >= kMaxTorrentFiles || layout.files.size() >= 2 * kMaxTorrentFiles)
      return Error::invalid("it has more than " + std::to_string(kMaxTorrentFiles) + " files");
    auto length = read_length(*file, where);
    if (!length) return length.error();
    auto path = read_path(*file, where);
    if (!path) return path.error();
    if (is_symlink(*file))
      return Error::invalid(where + " is a symbolic link, which is not fetched");
    const bool padding = is_padding(*file);
    if (!padding) kept.push_back(*path);
    layout.files.push_back({.path = std::move(*path),
                            .offset = layout.size_bytes,
                            .size_bytes = *length,
                            .padding = padding});
    layout.size_bytes += *length;
    if (layout.size_bytes > kMaxContentBytes)
      return Error::invalid("its files are too long together");
  }
  return check_paths(kept);
}

Status read_content(const Value& info, TorrentLayout& layout) {
  const auto files = info.find("files");
  if (files && info.find("length")) return Error::invalid("it is both one file and a folder");
  if (files) {
    layout.is_folder = true;
    if (Status read = read_files(*files, layout); !read) return read;
  } else {
    const auto length = read_length(info, "it");
    if (!length) return length.error();
    layout.size_bytes = *length;
    layout.files.push_back({.path = {}, .offset = 0, .size_bytes = *length});
  }
  if (layout.size_bytes == 0) return Error::invalid("there is no byte in it");
  return kOk;
}

Status read_piece_length(const Value& info, TorrentLayout& layout) {
  const auto found = info.find("piece length");
  const auto length = found ? found->integer() : std::nullopt;
  if (!length) return Error::invalid("it has no piece length");
  const bool fits = *length >= std::int64_t{kBlockBytes}
                    && *length <= std::int64_t{kMaxTorrentPieceBytes}
                    && std::has_single_bit(static_cast<std::uint64_t>(*length));
  if (!fits)
    return Error::invalid("its pieces are of " + std::to_string(*length)
                          + " bytes; powers of two from 16 KiB to 64 MiB are taken");
  layout.piece_length = static_cast<std::uint32_t>(*length);
  return kOk;
}

Status read_pieces(const Value& info, TorrentLayout& layout) {
  const auto found = info.find("pieces");
  const auto hashes = found ? found->bytes() : std::nullopt;
  if (!hashes) return Error::invalid("it has no piece hashes");
  const std::uint64_t count = (layout.size_bytes + layout.piece_length - 1) / layout.piece_length;
  if (hashes->size() != count * kSha1Bytes)
    return Error::invalid("it has " + std::to_string(hashes->size()) + " bytes of piece hashes for "
                          + std::to_string(count) + " pieces");
  layout.pieces.assign(hashes->begin(), hashes->end());
  return kOk;
}

Result<TorrentKind> read_kind(const Value& info) {
  const auto version = info.find("meta version");
  if (!version) return TorrentKind::v1;
  if (version->integer() != kMetaVersion)
    return Error::invalid("its meta version is not 2, the newest one that is known here");
  return info.find("pieces") ? TorrentKind::hybrid : TorrentKind::v2;
}

// Padding at the end of a piece is not asked for: what it is, is known. A piece of nothing else is.
void leave_out_padding(TorrentLayout& layout) {
  layout.asked_bytes = layout.size_bytes;
  const auto is_padding_in = [&](const TorrentFileSpan& file) {
    return file.padding && file.size_bytes > 0;
  };
  if (std::none_of(layout.files.begin(), layout.files.end(), is_padding_in)) return;
  const std::uint64_t length = layout.piece_length;
  layout.asked.resize(layout.piece_count());
  layout.asked_bytes = 0;
  auto file = layout.files.begin();
  for (std::uint32_t piece = 0; piece < layout.piece_count(); ++piece) {
    const std::uint64_t begin = piece * length;
    const std::uint64_t end = begin + layout.piece_bytes(piece);
    std::uint64_t wanted = begin;  // the end of what is no padding
    for (; file != layout.files.end(); ++file) {
      const std::uint64_t file_end = file->offset + file->size_bytes;
      if (!file->padding && file->offset < end) wanted = std::max(wanted, std::min(end, file_end));
      if (file_end > end) break;
    }
    const std::uint64_t asked = wanted == begin ? end - begin : wanted - begin;
    layout.asked[piece] = static_cast<std::uint32_t>(asked);
    layout.asked_bytes += asked;
  }
}

Status read_v1(const Value& info, TorrentLayout& layout) {
  if (Status read = read_content(info, layout); !read) return read;
  return read_pieces(info, layout);
}

Result<TorrentLayout> layout_of(const Value& info) {
  if (info.type() != Bencoded::Type::dictionary) return Error::invalid("its info is no dictionary");
  const auto kind = read_kind(info);
  if (!kind) return kind.error();
  TorrentLayout layout;
  layout.kind = *kind;
  layout.name = has_v1(*kind) ? sha1(info.encoded()) : truncated(sha256(info.encoded()));
  const auto title = info.find("name");
  if (!title || !title->text()) return Error::invalid("it has no name");
  layout.title = std::string(*title->text());
  if (Status fine = check_component(layout.title, "its name"); !fine) return fine.error();
  if (Status read = read_piece_length(info, layout); !read) return read.error();
  if (has_v1(*kind)) {
    if (Status read = read_v1(info, layout); !read) return read.error();
  }
  if (has_v2(*kind)) {
    if (Status read = add_file_tree(info, layout); !read) return read.error();
  }
  leave_out_padding(layout);
  return layout;
}

// By the offset of one of its bytes.
const TorrentFileSpan& file_at(const TorrentLayout& layout, std::uint64_t offset) {
  return *std::upper_bound(layout.files.begin(),
                           layout.files.end(),
                           offset,
                           [](std::uint64_t at, const TorrentFileSpan& file) {
                             return at < file.offset + file.size_bytes;
                           });
}

void add_tracker(const Value& value, std::vector<std::string>& trackers) {
  const auto text = value.text();
  if (!text || text->empty() || text->size() > kMaxTorrentPathBytes) return;
  if (trackers.size() >= kMaxTorrentTrackers) return;
  if (std::find(trackers.begin(), trackers.end(), *text) != trackers.end()) return;
  trackers.emplace_back(*text);
}

// BEP 3's one, and BEP 12's tiers: all of them are asked.
std::vector<std::string> trackers_of(const Value& root) {
  std::vector<std::string> trackers;
  if (const auto one = root.find("announce")) add_tracker(*one, trackers);
  const auto tiers = root.find("announce-list");
  for (auto tier = tiers ? tiers->first() : std::nullopt; tier; tier = tier->next()) {
    for (auto each = tier->first(); each; each = each->next()) add_tracker(*each, trackers);
  }
  return trackers;
}

}  // namespace

std::uint32_t TorrentLayout::piece_count() const {
  return piece_length == 0
             ? 0
             : static_cast<std::uint32_t>((size_bytes + piece_length - 1) / piece_length);
}

std::uint32_t TorrentLayout::piece_bytes(std::uint32_t piece) const {
  FRESHET_CHECK(piece < piece_count());
  const std::uint64_t left = size_bytes - std::uint64_t{piece} * piece_length;
  return static_cast<std::uint32_t>(std::min<std::uint64_t>(left, piece_length));
}

bool TorrentLayout::is_piece(std::uint32_t piece, ByteView bytes) const {
  FRESHET_CHECK(bytes.size() == piece_bytes(piece));
  if (has_v1(kind)) {
    const auto hash = ByteView(pieces).subspan(std::size_t{piece} * kSha1Bytes, kSha1Bytes);
    return sha1(bytes) == InfoHash::from(hash);
  }
  const Shape shape = shape_of(file_at(*this, std::uint64_t{piece} * piece_length));
  const std::uint32_t leaves =
      shape.piece_count == 1 ? std::bit_ceil(shape.block_count) : shape.blocks_per_piece();
  return merkle_root(bytes.first(asked_of(piece)), leaves) == nodes[piece];
}

void TorrentLayout::learn(const TorrentFileSpan& file,
                          std::uint32_t first,
                          std::span<const Sha256> layer) {
  const std::uint64_t begin = file.offset / piece_length + first;
  FRESHET_CHECK(begin + layer.size() <= nodes.size());
  for (std::size_t i = 0; i < layer.size(); ++i) {
    Sha256& node = nodes[begin + i];
    if (node.is_zero() && !layer[i].is_zero()) --unknown_nodes;
    node = layer[i];
  }
}

Result<TorrentLayout> read_layout(ByteView info) {
  if (info.size() > kMaxInfoBytes) return Error::invalid("its info is of more than 4 MiB");
  const auto document = Bencoded::parse(info, kLayoutLimits);
  if (!document) return Error::invalid("its info is malformed (bencoding, BEP 3)");
  return layout_of(document->root());
}

Result<ReadTorrent> read_torrent(ByteView file) {
  if (file.size() > kMaxTorrentFileBytes) return Error::invalid("it is of more than 16 MiB");
  const auto document = Bencoded::parse(file, kLayoutLimits);
  if (!document || document->root().type() != Bencoded::Type::dictionary)
    return Error::invalid("it is no torrent file: malformed bencoding (BEP 3)");
  const auto info = document->root().find("info");
  if (!info) return Error::invalid("it is no torrent file: there is no info in it");
  if (info->encoded().size() > kMaxInfoBytes)
    return Error::invalid("its info is of more than 4 MiB");
  auto layout = layout_of(*info);
  if (!layout) return layout.error();
  if (layout->kind == TorrentKind::v2) {
    if (Status read = add_piece_layers(document->root(), *layout); !read) return read.error();
  }
  const ByteView encoded = info->encoded();
  return ReadTorrent{.layout = std::move(*layout),
                     .trackers = trackers_of(document->root()),
                     .info = Bytes(encoded.begin(), encoded.end())};
}

std::string joined_path(const std::vector<std::string>& path) {
  std::string text;
  for (const std::string& part : path) text += (text.empty() ? "" : "/") + part;
  return text;
}

// Most lists are sorted, and neighbours share their folder: it is looked at once for all of them.
Status check_paths(const std::vector<std::vector<std::string>>& paths) {
  std::vector<std::string> files;
  std::set<std::string> folders;
  const Path* before = nullptr;
  for (const Path& path : paths) {
    files.push_back(joined_path(path));
    const bool is_neighbour =
        before != nullptr && !path.empty() && path.size() == before->size()
        && std::equal(path.begin(), path.end() - 1, before->begin(), before->end() - 1);
    before = &path;
    if (is_neighbour) continue;
    std::string folder;
    for (std::size_t i = 0; i + 1 < path.size(); ++i) {
      folder += (i == 0 ? "" : "/") + path[i];
      folders.insert(folder);
    }
  }
  if (!std::is_sorted(files.begin(), files.end())) std::sort(files.begin(), files.end());
  const auto twin = std::adjacent_find(files.begin(), files.end());
  if (twin != files.end()) return Error::invalid("two of its files have one path: " + shown(*twin));
  for (const std::string& folder : folders) {
    if (std::binary_search(files.begin(), files.end(), folder))
      return Error::invalid("one of its files is the folder of another: " + shown(folder));
  }
  return kOk;
}

}  // namespace freshet::wire::bt
