#include "node/wire/bt/metainfo.h"

#include <utility>

#include "node/base/check.h"
#include "node/base/percent.h"
#include "node/wire/bt/bencode.h"
#include "node/wire/bt/sha1.h"
#include "node/wire/bt/sha256.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::wire::bt {
namespace {

constexpr std::int64_t kSpokenVersion = 2;

void write_entry(BencodeWriter& out, const std::vector<std::string>& path, std::uint64_t size) {
  out.key("length").integer(static_cast<std::int64_t>(size)).key("path").begin_list();
  for (const std::string& part : path) out.text(part);
  out.end().end();
}

// As libtorrent names it.
void write_padding(BencodeWriter& out, std::uint64_t size) {
  out.begin_dictionary().key("attr").text("p");
  write_entry(out, {".pad", std::to_string(size)}, size);
}

void write_files(BencodeWriter& out, const TorrentInfo& info) {
  out.key("files").begin_list();
  std::uint64_t end = 0;
  for (const TreeFile& file : info.files) {
    const std::uint64_t begin = file.size_bytes == 0 ? end : aligned(end, info.alignment());
    if (begin > end) write_padding(out, begin - end);
    write_entry(out.begin_dictionary(), file.path, file.size_bytes);
    end = begin + file.size_bytes;
  }
  out.end();
}

void write_tree(BencodeWriter& out, const TorrentInfo& info) {
  FRESHET_CHECK(!info.files.empty() || info.root);
  out.key("file tree");
  if (info.files.empty()) {
    write_file_tree(out,
                    {{.path = {info.name}, .size_bytes = info.size_bytes, .content = info.root}});
  } else {
    write_file_tree(out, info.files);
  }
}

TorrentInfo info_of(TorrentLayout layout) {
  TorrentInfo info{.kind = layout.kind,
                   .name = std::move(layout.title),
                   .size_bytes = 0,
                   .piece_length = layout.piece_length,
                   .pieces = std::move(layout.pieces),
                   .root = std::nullopt};
  for (TorrentFileSpan& file : layout.files) {
    if (file.padding && has_v2(layout.kind)) continue;  // it follows from the rest
    info.size_bytes += file.size_bytes;
    if (!layout.is_folder) {
      info.root = file.content;
    } else {
      info.files.push_back(
          {.path = std::move(file.path), .size_bytes = file.size_bytes, .content = file.content});
    }
  }
  return info;
}

}  // namespace

std::uint64_t TorrentInfo::stream_bytes() const {
  if (files.empty() || !has_v2(kind)) return size_bytes;
  std::uint64_t end = 0;
  for (const TreeFile& file : files)
    if (file.size_bytes > 0) end = aligned(end, piece_length) + file.size_bytes;
  return end;
}

Bytes encode_info(const TorrentInfo& info) {
  FRESHET_CHECK(info.size_bytes > 0 && info.piece_length > 0);
  BencodeWriter out;
  out.begin_dictionary();
  if (has_v2(info.kind)) write_tree(out, info);
  if (has_v1(info.kind)) {
    if (info.files.empty()) {
      out.key("length").integer(static_cast<std::int64_t>(info.size_bytes));
    } else {
      write_files(out, info);
    }
  }
  if (has_v2(info.kind)) out.key("meta version").integer(kSpokenVersion);
  out.key("name").text(info.name);
  out.key("piece length").integer(info.piece_length);
  if (has_v1(info.kind)) {
    FRESHET_CHECK(info.pieces.size() == std::size_t{info.piece_count()} * kSha1Bytes);
    out.key("pieces").bytes(info.pieces);
  }
  return out.end().take();
}

std::optional<TorrentInfo> parse_info(ByteView bytes) {
  auto layout = read_layout(bytes);
  if (!layout) return std::nullopt;
  return info_of(std::move(*layout));
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

bool is_called(ByteView info, const InfoHash& name) {
  return sha1(info) == name || truncated(sha256(info)) == name;
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
  if (has_v2(file.kind)) {
    BencodeWriter layers;
    layers.key("piece layers").begin_dictionary();
    for (const auto& [root, layer] : file.piece_layers) layers.bytes(root.view()).bytes(layer);
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
