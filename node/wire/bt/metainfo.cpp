#include "node/wire/bt/metainfo.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "node/base/check.h"
#include "node/base/percent.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/messages.h"
#include "node/wire/bt/sha1.h"
#include "node/wire/bt/sha256.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {
namespace {

constexpr std::int64_t kMetaVersion = 2;
// Ten values a file of a folder, and what else there is.
constexpr Bencoded::Limits kFolderLimits{.max_depth = 16,
                                         .max_nodes = kMaxTorrentFiles * 10 + 4096};

// {name: {"": {length, pieces root}}}
void write_file_tree(BencodeWriter& out, const TorrentInfo& info) {
  out.key("file tree").begin_dictionary();
  out.key(info.name).begin_dictionary();
  out.key("").begin_dictionary();
  out.key("length").integer(static_cast<std::int64_t>(info.size_bytes));
  out.key("pieces root").bytes(info.root->view());
  out.end().end().end();
}

bool is_piece_length(std::int64_t length) {
  return length >= 1024 && length <= std::int64_t{kMaxTorrentPieceBytes};
}

std::optional<std::uint64_t> read_size(const std::optional<Bencoded::Value>& length) {
  if (!length || !length->integer()) return std::nullopt;
  const std::int64_t size = *length->integer();
  if (size <= 0 || static_cast<std::uint64_t>(size) > kMaxContentBytes) return std::nullopt;
  return static_cast<std::uint64_t>(size);
}

void write_files(BencodeWriter& out, const TorrentInfo& info) {
  out.key("files").begin_list();
  for (const TorrentMember& file : info.files) {
    out.begin_dictionary().key("length").integer(static_cast<std::int64_t>(file.size_bytes));
    out.key("path").begin_list();
    for (const std::string& part : file.path) out.text(part);
    out.end().end();
  }
  out.end();
}

// A folder of v1: read and judged as a stranger's would be that is fetched.
std::optional<TorrentInfo> parse_folder(ByteView bytes) {
  auto layout = read_layout(bytes);
  if (!layout || !layout->is_folder) return std::nullopt;
  TorrentInfo info{.kind = TorrentKind::v1,
                   .name = std::move(layout->title),
                   .size_bytes = layout->size_bytes,
                   .piece_length = layout->piece_length,
                   .pieces = std::move(layout->pieces),
                   .root = std::nullopt};
  for (TorrentFileSpan& file : layout->files)
    info.files.push_back({.path = std::move(file.path), .size_bytes = file.size_bytes});
  return info;
}

bool read_v1(const Bencoded::Value& root, TorrentInfo& info) {
  const auto pieces = root.find("pieces");
  const auto size = read_size(root.find("length"));
  if (!pieces || !pieces->bytes() || !size || root.find("files")) return false;
  info.size_bytes = *size;
  const ByteView hashes = *pieces->bytes();
  if (hashes.size() != std::size_t{info.piece_count()} * kSha1Bytes) return false;
  info.pieces.assign(hashes.begin(), hashes.end());
  return true;
}

// The one file of a tree without folders.
std::optional<Bencoded::Value> only_file(const Bencoded::Value& tree) {
  if (tree.type() != Bencoded::Type::dictionary) return std::nullopt;
  const auto first = tree.first();
  if (!first || first->next() || first->type() != Bencoded::Type::dictionary) return std::nullopt;
  return first->find("");
}

bool read_v2(const Bencoded::Value& root, TorrentInfo& info) {
  const auto tree = root.find("file tree");
  const auto file = tree ? only_file(*tree) : std::nullopt;
  if (!file) return false;
  const auto size = read_size(file->find("length"));
  const auto merkle = file->find("pieces root");
  const bool whole =
      size && merkle && merkle->bytes() && merkle->bytes()->size() == ContentId::kSize;
  if (!whole || (info.size_bytes != 0 && info.size_bytes != *size)) return false;
  info.size_bytes = *size;
  info.root = ContentId::from(*merkle->bytes());
  return true;
}

bool is_v2(const Bencoded::Value& root) {
  const auto version = root.find("meta version");
  return version && version->integer() == kMetaVersion;
}

}  // namespace

Bytes encode_info(const TorrentInfo& info) {
  FRESHET_CHECK(info.size_bytes > 0 && info.piece_length > 0);
  FRESHET_CHECK(!has_v2(info.kind) || info.root);
  BencodeWriter out;
  out.begin_dictionary();
  if (has_v2(info.kind)) write_file_tree(out, info);
  if (!info.files.empty()) {
    FRESHET_CHECK(info.kind == TorrentKind::v1);
    write_files(out, info);
  } else if (has_v1(info.kind)) {
    out.key("length").integer(static_cast<std::int64_t>(info.size_bytes));
  }
  if (has_v2(info.kind)) out.key("meta version").integer(kMetaVersion);
  out.key("name").text(info.name);
  out.key("piece length").integer(info.piece_length);
  if (has_v1(info.kind)) {
    FRESHET_CHECK(info.pieces.size() == std::size_t{info.piece_count()} * kSha1Bytes);
    out.key("pieces").bytes(info.pieces);
  }
  return out.end().take();
}

std::optional<TorrentInfo> parse_info(ByteView bytes) {
  if (bytes.size() > kMaxInfoBytes) return std::nullopt;
  const auto document = Bencoded::parse(bytes, kFolderLimits);
  if (!document || document->root().type() != Bencoded::Type::dictionary) return std::nullopt;
  const auto root = document->root();
  if (root.find("files")) return is_v2(root) ? std::nullopt : parse_folder(bytes);
  const auto name = root.find("name");
  const auto length = root.find("piece length");
  if (!name || !name->text() || !length || !length->integer()) return std::nullopt;
  if (!is_piece_length(*length->integer())) return std::nullopt;
  TorrentInfo info;
  info.name = std::string(*name->text());
  info.piece_length = static_cast<std::uint32_t>(*length->integer());
  const bool speaks_v1 = root.find("pieces").has_value();
  const bool speaks_v2 = is_v2(root);
  if (!speaks_v1 && !speaks_v2) return std::nullopt;
  info.kind = !speaks_v2 ? TorrentKind::v1 : speaks_v1 ? TorrentKind::hybrid : TorrentKind::v2;
  if (speaks_v1 && !read_v1(root, info)) return std::nullopt;
  if (speaks_v2 && !read_v2(root, info)) return std::nullopt;
  return info;
}

InfoHash SwarmNames::one() const {
  FRESHET_CHECK(v1 || v2);
  return v1 ? *v1 : truncated(*v2);
}

SwarmNames names_of(TorrentKind kind, ByteView info) {
  SwarmNames names;
  if (has_v1(kind)) names.v1 = sha1(info);
  if (has_v2(kind)) names.v2 = sha256(info);
  return names;
}

InfoHash truncated(const Sha256& name) {
  return InfoHash::from(name.view().first(InfoHash::kSize));
}

Bytes encode_torrent(const TorrentFile& file) {
  BencodeWriter out;
  out.begin_dictionary();
  if (!file.trackers.empty()) out.key("announce").text(file.trackers.front());
  if (file.trackers.size() > 1) {
    out.key("announce-list").begin_list().begin_list();
    for (const std::string& tracker : file.trackers) out.text(tracker);
    out.end().end();
  }
  out.key("created by").text("freshet");
  Bytes bytes = out.key("info").take();
  bytes.insert(bytes.end(), file.info.begin(), file.info.end());
  if (file.root) {
    BencodeWriter layers;
    layers.key("piece layers").begin_dictionary();
    if (!file.piece_layer.empty()) layers.bytes(file.root->view()).bytes(file.piece_layer);
    const Bytes tail = layers.end().take();
    bytes.insert(bytes.end(), tail.begin(), tail.end());
  }
  bytes.push_back('e');
  return bytes;
}

std::string magnet_link(const SwarmNames& names,
                        const std::string& name,
                        std::uint64_t size_bytes,
                        const std::vector<std::string>& trackers) {
  std::string link = "magnet:?";
  if (names.v1) link += "xt=urn:btih:" + names.v1->hex() + "&";
  // A multihash: SHA-256, 32 bytes.
  if (names.v2) link += "xt=urn:btmh:1220" + names.v2->hex() + "&";
  link += "dn=" + percent_encoded(name) + "&xl=" + std::to_string(size_bytes);
  for (const std::string& tracker : trackers) link += "&tr=" + percent_encoded(tracker);
  return link;
}

}  // namespace freshet::wire::bt
