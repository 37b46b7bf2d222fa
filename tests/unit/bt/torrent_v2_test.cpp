// Torrents of v2 and hybrids: made as libtorrent makes them, and read back. The names below are
// those that libtorrent 2.0.8 gives the same files, in pieces of 32 KiB
// (canonical_files_no_tail_padding).
#include <map>
#include <string>

#include <doctest/doctest.h>

#include "node/wire/bt/magnet.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/torrent_layout.h"
#include "tests/support/content.h"
#include "tests/support/sha1_pieces.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

constexpr std::uint32_t kLength = 32768;

TreeFile file_of(std::vector<std::string> path, std::size_t size) {
  TreeFile file{.path = std::move(path), .size_bytes = size};
  if (size == 0) return file;
  TreeBuilder builder(size);
  builder.feed(testing::content_of(size));
  file.content = builder.finish()->root;
  return file;
}

// Its stream, with zeros where there is padding.
Bytes stream_of(const TorrentInfo& info) {
  Bytes stream;
  if (info.files.empty()) stream = testing::content_of(info.size_bytes);
  for (const TreeFile& file : info.files) {
    if (file.size_bytes == 0) continue;
    stream.resize(aligned(stream.size(), info.alignment()));
    const Bytes bytes = testing::content_of(file.size_bytes);
    stream.insert(stream.end(), bytes.begin(), bytes.end());
  }
  return stream;
}

TorrentInfo made(TorrentKind kind, std::string name, std::vector<TreeFile> files) {
  TorrentInfo info{.kind = kind,
                   .name = std::move(name),
                   .size_bytes = 0,
                   .piece_length = kLength,
                   .pieces = {},
                   .root = std::nullopt,
                   .files = std::move(files)};
  for (const TreeFile& file : info.files) info.size_bytes += file.size_bytes;
  if (info.files.size() == 1) {
    info.root = info.files.front().content;
    info.files.clear();
  }
  if (has_v1(kind)) info.pieces = testing::sha1_pieces(stream_of(info), kLength);
  return info;
}

TorrentInfo folder(TorrentKind kind) {
  return made(kind,
              "album",
              {file_of({"a.bin"}, 100000),
               file_of({"b.txt"}, 5000),
               file_of({"empty"}, 0),
               file_of({"sub", "c.bin"}, 148233)});
}

TorrentInfo single(TorrentKind kind) {
  return made(kind, "a.bin", {file_of({"a.bin"}, 100000)});
}

PieceLayers layers_of(const TorrentInfo& info) {
  PieceLayers layers;
  auto files = info.files;
  if (info.root) files.push_back({.path = {}, .size_bytes = info.size_bytes, .content = info.root});
  for (const TreeFile& file : files) {
    if (file.size_bytes <= kLength) continue;
    TreeBuilder builder(file.size_bytes);
    builder.feed(testing::content_of(file.size_bytes));
    const auto own = Shape::of(file.size_bytes);
    const auto wished = Shape::of(file.size_bytes, kLength);
    for (const Sha256& node : layer_above(builder.finish()->piece_layer,
                                          own.piece_layer(),
                                          wished.piece_layer() - own.piece_layer())) {
      Bytes& layer = layers[*file.content];
      layer.insert(layer.end(), node.bytes.begin(), node.bytes.end());
    }
  }
  return layers;
}

Bytes torrent_of(const TorrentInfo& info, const PieceLayers& layers) {
  const Bytes encoded = encode_info(info);
  return encode_torrent(
      {.info = encoded, .trackers = {}, .kind = info.kind, .piece_layers = layers});
}

void check_pieces(const TorrentLayout& layout, Bytes stream) {
  stream.resize(layout.size_bytes);
  std::uint64_t asked = 0;
  for (std::uint32_t piece = 0; piece < layout.piece_count(); ++piece) {
    const auto begin = stream.begin() + static_cast<std::ptrdiff_t>(std::size_t{piece} * kLength);
    Bytes bytes(begin, begin + layout.piece_bytes(piece));
    CHECK(layout.is_piece(piece, bytes));
    asked += layout.asked_of(piece);
    bytes[layout.asked_of(piece) - 1] ^= 1U;
    CHECK_FALSE(layout.is_piece(piece, bytes));
  }
  CHECK(asked == layout.asked_bytes);
}

std::string leaf(const std::string& length, const std::string& root, const std::string& more = {}) {
  return "d0:d" + more + "6:length" + length
         + (root.empty() ? root : "11:pieces root" + std::to_string(root.size()) + ":" + root)
         + "ee";
}

std::string v2_info(const std::string& tree, const std::string& version = "i2e") {
  return "d9:file tree" + tree + "12:meta version" + version + "4:name1:x12:piece lengthi16384ee";
}

std::string why_not(const std::string& info) {
  const auto layout = read_layout(bytes_of(info));
  return layout ? "" : layout.error().message;
}

bool tells(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

const std::string kRoot(32, 'r');

}  // namespace

TEST_CASE("torrents of a file and of a folder are called as libtorrent calls them") {
  const auto names = [](const TorrentInfo& info) {
    return names_of(info.kind, encode_info(info));
  };
  CHECK(names(folder(TorrentKind::v2)).v2->hex()
        == "2fa3bb48f03a2e6f6c748fe592434bc6c709c1fd01bc0ea91d42bb44aae35a25");
  CHECK(names(single(TorrentKind::v2)).v2->hex()
        == "ce13f713849a5441e1de0c8a224632798eb15640f9828d1f6a410da945456772");
  CHECK(names(folder(TorrentKind::hybrid)).v1->hex() == "4d085e8c4829437f4abe7c180b4d7ca363809dbf");
  CHECK(names(folder(TorrentKind::hybrid)).v2->hex()
        == "540d4e8441dd152a01e2d65bb45587bacc74341d31d9fa7ad063e1505fd5f6c8");
  CHECK(names(single(TorrentKind::hybrid)).v1->hex() == "4cf1fb89008486a2d2f0d70c1d510e7d25825e06");
}

TEST_CASE("what was made is read back, and nothing that was cut off") {
  for (const TorrentKind kind : {TorrentKind::v2, TorrentKind::hybrid}) {
    for (const TorrentInfo& info : {folder(kind), single(kind)}) {
      const Bytes bytes = encode_info(info);
      CHECK(parse_info(bytes) == info);
      CHECK(is_called(bytes, truncated(*names_of(kind, bytes).v2)));
      for (std::size_t cut = 0; cut < bytes.size(); ++cut)
        CHECK_FALSE(parse_info(ByteView(bytes).first(cut)));
    }
  }
}

TEST_CASE("in v2 each file begins with a piece, and padding is not asked for") {
  const TorrentInfo info = folder(TorrentKind::v2);
  const auto torrent = read_torrent(torrent_of(info, layers_of(info)));
  REQUIRE(torrent);
  const TorrentLayout& layout = torrent->layout;
  CHECK(layout.name == truncated(*names_of(info.kind, encode_info(info)).v2));
  CHECK(layout.is_folder);
  CHECK(layout.title == "album");
  CHECK(layout.piece_count() == 4 + 1 + 5);
  CHECK(layout.asked_bytes == info.size_bytes);
  CHECK(layout.asked_of(3) == 100000 - 3 * kLength);
  CHECK(layout.asked_of(4) == 5000);
  CHECK(layout.piece_bytes(4) == kLength);
  CHECK_FALSE(layout.lacks_layers());
  check_pieces(layout, stream_of(info));
}

TEST_CASE("a hybrid's pieces are those of v1, and its files are known by their contents") {
  const TorrentInfo info = folder(TorrentKind::hybrid);
  const auto layout = read_layout(encode_info(info));
  REQUIRE(layout);
  CHECK_FALSE(layout->lacks_layers());
  CHECK(layout->asked_bytes == info.size_bytes);
  check_pieces(*layout, stream_of(info));
  std::map<std::string, std::optional<ContentId>> contents;
  for (const auto& file : layout->files)
    if (!file.padding) contents[joined_path(file.path)] = file.content;
  CHECK(contents.size() == 4);
  CHECK(contents.at("sub/c.bin") == file_of({}, 148233).content);
  CHECK_FALSE(contents.at("empty"));
}

TEST_CASE("one file of v2 is a file, called as its tree calls it") {
  const TorrentInfo info = single(TorrentKind::v2);
  const auto torrent = read_torrent(torrent_of(info, layers_of(info)));
  REQUIRE(torrent);
  CHECK_FALSE(torrent->layout.is_folder);
  CHECK(torrent->layout.title == "a.bin");
  CHECK(torrent->layout.size_bytes == 100000);
  check_pieces(torrent->layout, stream_of(info));
}

TEST_CASE("a piece layer that is not there is lacked, and one that lies is refused") {
  const TorrentInfo info = folder(TorrentKind::v2);
  const auto bare = read_layout(encode_info(info));
  REQUIRE(bare);
  CHECK(bare->unknown_nodes == 9);
  PieceLayers layers = layers_of(info);
  REQUIRE(layers.size() == 2);
  PieceLayers one = layers;
  one.erase(one.begin());
  CHECK(read_torrent(torrent_of(info, one))->layout.lacks_layers());
  for (auto& [root, layer] : layers) {
    PieceLayers bad = layers;
    bad[root].back() ^= 1U;
    const auto refused = read_torrent(torrent_of(info, bad));
    REQUIRE_FALSE(refused);
    CHECK(tells(refused.error().message, "is not what that file's root names"));
    bad[root].pop_back();
    CHECK_FALSE(read_torrent(torrent_of(info, bad)));
  }
}

TEST_CASE("file trees that cannot be are refused with the reason") {
  CHECK(why_not(v2_info("d1:a" + leaf("i5e", kRoot) + "e")).empty());
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i5e", kRoot) + "e", "i3e")), "meta version is not 2"));
  CHECK(tells(why_not(v2_info("de")), "no byte"));
  CHECK(tells(why_not(v2_info("le")), "no tree"));
  CHECK(tells(why_not(v2_info("d1:ai1ee")), "no tree"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i5e", "") + "e")), "pieces root"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i5e", "short") + "e")), "pieces root"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i0e", kRoot) + "e")), "pieces root"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i-1e", kRoot) + "e")), "\"a\" has an impossible"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("0:", kRoot) + "e")), "no length"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i5e", kRoot, "4:attr1:l") + "e")), "symbolic link"));
  CHECK(tells(why_not(v2_info("d2:..d1:a" + leaf("i5e", kRoot) + "ee")), "leave its folder"));
  CHECK(tells(why_not(v2_info("d3:a/b" + leaf("i5e", kRoot) + "e")), "separator"));
  CHECK(tells(why_not(v2_info(leaf("i5e", kRoot))), "empty name"));
  CHECK(tells(why_not(v2_info("d1:ad0:d6:lengthi0ee1:bdeee")), "a folder, too"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i5e", kRoot) + "1:b" + leaf("i6e", kRoot) + "e")),
              "one root and different lengths"));
  CHECK(tells(why_not(v2_info("d1:a" + leaf("i17179885568e", kRoot) + "e")), "1048577 pieces"));
  CHECK(tells(why_not("d12:meta versioni2e4:name1:x12:piece lengthi16384ee"), "no file tree"));
}

TEST_CASE("a hybrid whose two lists of files differ is refused") {
  const std::string text(text_of(encode_info(folder(TorrentKind::hybrid))));
  REQUIRE(why_not(text).empty());
  const auto with = [&](const std::string& from, const std::string& to, bool last = false) {
    std::string changed = text;
    const auto at = last ? changed.rfind(from) : changed.find(from);
    REQUIRE(at != std::string::npos);
    return changed.replace(at, from.size(), to);
  };
  // The tree comes first.
  CHECK(tells(why_not(with("5:b.txt", "5:b.tyt")), "not the same in v1 and in v2"));
  CHECK(tells(why_not(with("5:b.txt", "5:b.tyt", true)), "not the same in v1 and in v2"));
  CHECK(tells(why_not(with("lengthi5000e", "lengthi5001e")), "not the same in v1 and in v2"));
  CHECK(tells(why_not(with("4:attr1:p6", "4:attr1:x6")), "not the same in v1 and in v2"));
}

TEST_CASE("a magnet link names a torrent of v2 by the front of its hash") {
  const std::string hex = "2fa3bb48f03a2e6f6c748fe592434bc6c709c1fd01bc0ea91d42bb44aae35a25";
  const auto magnet = parse_magnet("magnet:?xt=urn:btmh:1220" + hex + "&tr=http://a");
  REQUIRE(magnet);
  CHECK(magnet->is_v2);
  CHECK(magnet->name.hex() == hex.substr(0, 40));
  const std::string v1(40, 'a');
  const auto both = parse_magnet("magnet:?xt=urn:btmh:1220" + hex + "&xt=urn:btih:" + v1);
  REQUIRE(both);
  CHECK_FALSE(both->is_v2);
  CHECK(both->name.hex() == v1);
  for (const std::string& bad : {hex, "1220" + hex.substr(2), "1120" + hex, std::string()})
    CHECK(tells(parse_magnet("magnet:?xt=urn:btmh:" + bad).error().message, "1220 and 64"));
  std::string other = hex;
  other.back() = '0';
  CHECK(tells(
      parse_magnet("magnet:?xt=urn:btmh:1220" + hex + "&xt=urn:btmh:1220" + other).error().message,
      "two torrents"));
}
