#include "node/store/torrent_storage.h"

#include <filesystem>
#include <fstream>

#include <doctest/doctest.h>

#include "node/wire/bt/bencode.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/sha1.h"
#include "tests/unit/store/process.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kPiece = kMinPieceLength;

struct Part {
  std::vector<std::string> path;
  std::size_t size;
};

/// A torrent of a folder, with its bytes.
struct Album {
  explicit Album(const std::vector<Part>& parts) {
    std::size_t size = 0;
    for (const Part& part : parts) size += part.size;
    text = noise(size, size);
    std::string hashes;
    for (std::size_t at = 0; at < size; at += kPiece)
      hashes += text_of(wire::bt::sha1(bytes_of(std::string_view(text).substr(at, kPiece))).view());
    wire::bt::BencodeWriter out;
    out.begin_dictionary().key("files").begin_list();
    for (const Part& part : parts) {
      out.begin_dictionary().key("length").integer(static_cast<std::int64_t>(part.size));
      out.key("path").begin_list();
      for (const std::string& name : part.path) out.text(name);
      out.end().end();
    }
    out.end().key("name").text("album").key("piece length").integer(kPiece);
    out.key("pieces").text(hashes).end();
    layout = std::make_shared<const wire::bt::TorrentLayout>(*wire::bt::read_layout(out.take()));
  }
  [[nodiscard]] Result<TorrentStorage> open(const std::string& name = {}) const {
    return TorrentStorage::open(partials,
                                {.layout = layout, .folder = temp / "target", .name = name});
  }
  void fill(TorrentStorage& storage) const {
    for (std::uint32_t piece = 0; piece < layout->piece_count(); ++piece) {
      if (storage.verified().has(piece)) continue;
      const auto bytes = bytes_of(std::string_view(text).substr(piece * kPiece, kPiece));
      REQUIRE(storage.write(piece * kPiece, bytes));
      REQUIRE(*storage.verify(piece));
    }
  }
  [[nodiscard]] std::string read(const std::string& relative) const {
    std::ifstream file(temp / "target" + "/" + relative, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  TempFolder temp;
  std::string partials = temp / "torrents";
  std::string text;
  std::shared_ptr<const wire::bt::TorrentLayout> layout;
};

const std::vector<Part> kParts = {
    {{"a", "b.txt"}, 3 * kPiece + 5}, {{"empty"}, 0}, {{"c"}, 2 * kPiece}, {{"a", "d"}, 7}};

}  // namespace

TEST_CASE("a torrent's folder gets its tree, and nothing is left of the download") {
  const Album album(kParts);
  auto storage = album.open();
  REQUIRE(storage);
  album.fill(*storage);
  const auto done = storage->finish();
  REQUIRE(done);
  CHECK(done->path == album.temp / "target" + "/album");
  CHECK(album.read("album/a/b.txt") == album.text.substr(0, 3 * kPiece + 5));
  CHECK(album.read("album/c") == album.text.substr(3 * kPiece + 5, 2 * kPiece));
  CHECK(album.read("album/a/d") == album.text.substr(5 * kPiece + 5));
  CHECK(fs::file_size(album.temp / "target" + "/album/empty") == 0);
  CHECK(fs::is_empty(album.partials));
  for (const auto& entry : fs::recursive_directory_iterator(album.temp / "target"))
    CHECK(entry.path().filename().string().front() != '.');
}

TEST_CASE("a folder of v2 is judged by its files' trees, and its padding is nobody's") {
  const TempFolder temp;
  const std::vector<std::string> texts = {noise(1, 3 * kPiece + 5), noise(2, 7)};
  wire::bt::TorrentInfo info{.kind = wire::bt::TorrentKind::v2,
                             .name = "album",
                             .size_bytes = 3 * kPiece + 12,
                             .piece_length = kPiece,
                             .pieces = {},
                             .root = std::nullopt};
  wire::bt::PieceLayers layers;
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const auto leaves = wire::bt::leaves_of(bytes_of(texts[i]));
    const Sha256 root = wire::bt::fold(leaves, 0, i == 0 ? 2 : 0);
    info.files.push_back({.path = {std::string(1, i == 0 ? 'a' : 'b')},
                          .size_bytes = texts[i].size(),
                          .content = ContentId::from(root.view())});
    for (const Sha256& leaf : leaves) {
      Bytes& layer = layers[*info.files.back().content];
      layer.insert(layer.end(), leaf.bytes.begin(), leaf.bytes.end());
    }
  }
  const Bytes encoded = encode_info(info);
  const auto torrent = wire::bt::read_torrent(wire::bt::encode_torrent(
      {.info = encoded, .trackers = {}, .kind = info.kind, .piece_layers = layers}));
  REQUIRE(torrent);
  const auto layout = std::make_shared<const wire::bt::TorrentLayout>(torrent->layout);
  auto storage = TorrentStorage::open(temp / "torrents",
                                      {.layout = layout, .folder = temp / "target", .name = {}});
  REQUIRE(storage);
  for (std::uint32_t piece = 0; piece < layout->piece_count(); ++piece) {
    const std::string& text = piece < 4 ? texts[0] : texts[1];
    const std::string part = text.substr(piece < 4 ? piece * kPiece : 0, kPiece);
    REQUIRE(part.size() == layout->asked_of(piece));
    std::string bad = part;
    bad.back() = static_cast<char>(bad.back() ^ 1);
    REQUIRE(storage->write(piece * kPiece, bytes_of(bad)));
    CHECK_FALSE(*storage->verify(piece));
    REQUIRE(storage->write(piece * kPiece, bytes_of(part)));
    CHECK(*storage->verify(piece));
  }
  REQUIRE(storage->finish());
  const auto read = [&](const std::string& name) {
    std::ifstream file(temp / "target" + "/album/" + name, std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  CHECK(read("a") == texts[0]);
  CHECK(read("b") == texts[1]);
  CHECK(std::distance(fs::directory_iterator(temp / "target" + "/album"), {}) == 2);
}

TEST_CASE("what is stopped while it gets its names goes on another time") {
  const Album album(kParts);
  std::stop_source stop;
  auto storage = TorrentStorage::open(album.partials,
                                      {.layout = album.layout,
                                       .folder = album.temp / "target",
                                       .name = {},
                                       .stop = stop.get_token()});
  REQUIRE(storage.ok());
  album.fill(*storage);
  stop.request_stop();
  const auto stopped = storage->finish();
  REQUIRE_FALSE(stopped.ok());
  CHECK(stopped.error().code == ErrorCode::canceled);
  auto again = album.open();
  REQUIRE(again.ok());
  REQUIRE(again->finish().ok());
  CHECK(album.read("album/c") == album.text.substr(3 * kPiece + 5, 2 * kPiece));
}

TEST_CASE("a folder that holds somebody's own files too is told from the torrent's alone") {
  for (const auto& [before, has_others] : std::vector<std::pair<std::string, bool>>{
           {"target/album/mine.txt", true},
           {"target/album/a/deep/mine.txt", true},
           {"target/album/c", true},  // of another size: the torrent's gets another name
           {"target/album/.hidden", false},
           {"target/other/mine.txt", false}}) {
    CAPTURE(before);
    const Album album(kParts);
    album.temp.write(before, "mine");
    auto storage = album.open();
    REQUIRE(storage.ok());
    album.fill(*storage);
    const auto finished = storage->finish();
    REQUIRE(finished.ok());
    CHECK(finished->has_others == has_others);
  }
}

TEST_CASE("files that are in their place are taken as far as their pieces are right") {
  const Album album(kParts);
  {
    auto storage = album.open();
    album.fill(*storage);
    REQUIRE(storage->finish());
  }
  fs::remove(album.temp / "target" + "/album/c");
  std::fstream changed(album.temp / "target" + "/album/a/b.txt");
  changed.write("changed", 7);
  changed.close();
  auto storage = album.open();
  REQUIRE(storage);
  // Whole pieces of a/b.txt but the first; c and what reaches into it is gone.
  CHECK(storage->verified().count() == 2);
  CHECK(storage->verified().has(1));
  CHECK(storage->verified().has(2));
  album.fill(*storage);
  REQUIRE(storage->finish());
  CHECK(album.read("album/c") == album.text.substr(3 * kPiece + 5, 2 * kPiece));
  // Nothing is replaced.
  CHECK(album.read("album/a/b.txt").substr(0, 7) == "changed");
  CHECK(album.read("album/a/b (2).txt") == album.text.substr(0, 3 * kPiece + 5));
}

TEST_CASE("a piece that is wrong is not recorded, and one that is right outlives the storage") {
  const Album album(kParts);
  {
    auto storage = album.open();
    const Bytes wrong(kPiece);
    REQUIRE(storage->write(0, wrong));
    CHECK_FALSE(*storage->verify(0));
    REQUIRE(storage->write(kPiece, bytes_of(std::string_view(album.text).substr(kPiece, kPiece))));
    CHECK(*storage->verify(1));
  }
  const auto storage = album.open();
  CHECK(storage->verified().count() == 1);
  CHECK(storage->verified().has(1));
}

TEST_CASE("names that become one when they are made safe are refused") {
  const Album album({{{"-x"}, 5}, {{"x"}, 6}});
  const auto storage = album.open();
  REQUIRE_FALSE(storage);
  CHECK(storage.error().code == ErrorCode::invalid);
}

TEST_CASE("metadata is kept for the next run, and believed by its hash alone") {
  const TempFolder temp;
  const std::string partials = temp / "torrents";
  const auto name = wire::bt::sha1(bytes_of("info"));
  CHECK_FALSE(kept_info(partials, name));
  REQUIRE(keep_info(partials, name, bytes_of("info")));
  CHECK(text_of(*kept_info(partials, name)) == "info");
  REQUIRE(keep_info(partials, name, bytes_of("other")));
  CHECK_FALSE(kept_info(partials, name));
}

}  // namespace freshet::store
