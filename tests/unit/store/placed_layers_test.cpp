#include "node/store/placed_layers.h"

#include <algorithm>

#include <doctest/doctest.h>

#include "node/wire/bt/metainfo.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {
namespace {

constexpr std::uint32_t kLayerPiece = 32768;

/// A folder of v2 whose torrent came without its piece layers, and its files' bytes.
struct Unlayered {
  explicit Unlayered(const std::vector<std::string>& the_texts) : texts(the_texts) {
    wire::bt::TorrentInfo info{.kind = wire::bt::TorrentKind::v2,
                               .name = "album",
                               .size_bytes = 0,
                               .piece_length = kLayerPiece,
                               .pieces = {},
                               .root = std::nullopt};
    for (std::size_t i = 0; i < texts.size(); ++i) {
      wire::bt::TreeBuilder builder(texts[i].size());
      builder.feed(bytes_of(texts[i]));
      info.size_bytes += texts[i].size();
      info.files.push_back(
          {.path = {name_of(i)}, .size_bytes = texts[i].size(), .content = builder.finish()->root});
    }
    layout = *wire::bt::read_layout(encode_info(info));
  }
  static std::string name_of(std::size_t file) { return std::string(1, "abc"[file]); }
  void put(std::size_t file, const std::string& text) const {
    static_cast<void>(temp.write("album/" + name_of(file), text));
  }
  Status learn(const std::stop_token& stop = {}) {
    return learn_placed_layers(layout, *place_of(layout, temp.path(), {}), stop);
  }
  /// In the stream, where padding lies between files.
  [[nodiscard]] const wire::bt::TorrentFileSpan& span_of(std::size_t file) const {
    return *std::find_if(layout.files.begin(), layout.files.end(), [&](const auto& each) {
      return each.path == std::vector{name_of(file)};
    });
  }
  [[nodiscard]] bool lacks(std::size_t file) const { return layout.lacks_layer_of(span_of(file)); }
  /// Of a file whose layer is known.
  [[nodiscard]] bool is_piece(std::size_t file, std::uint32_t piece) const {
    const std::uint32_t first =
        static_cast<std::uint32_t>(span_of(file).offset / kLayerPiece) + piece;
    Bytes bytes(layout.piece_bytes(first));
    const auto text = texts[file].substr(std::size_t{piece} * kLayerPiece, kLayerPiece);
    std::copy(text.begin(), text.end(), bytes.begin());
    return layout.is_piece(first, bytes);
  }

  TempFolder temp;
  std::vector<std::string> texts;
  wire::bt::TorrentLayout layout;
};

}  // namespace

TEST_CASE("piece layers follow from files that are in their place") {
  Unlayered album({noise(1, 3 * kLayerPiece + 5), noise(2, 7), noise(3, 2 * kLayerPiece)});
  REQUIRE(album.layout.lacks_layers());
  album.put(0, album.texts[0]);
  REQUIRE(album.learn());
  CHECK_FALSE(album.lacks(0));
  CHECK(album.lacks(2));  // it is not here
  for (std::uint32_t piece = 0; piece < 4; ++piece) CHECK(album.is_piece(0, piece));
  album.put(2, album.texts[2]);
  REQUIRE(album.learn());
  CHECK_FALSE(album.layout.lacks_layers());
  CHECK(album.is_piece(2, 1));
}

TEST_CASE("a file that has other bytes says nothing of its layer") {
  Unlayered album({noise(1, 3 * kLayerPiece + 5)});
  std::string other = album.texts[0];
  other.back() = static_cast<char>(other.back() ^ 1);
  album.put(0, other);
  REQUIRE(album.learn());
  CHECK(album.layout.lacks_layers());
}

TEST_CASE("computing piece layers ends when it is stopped") {
  Unlayered album({noise(1, 3 * kLayerPiece + 5)});
  album.put(0, album.texts[0]);
  std::stop_source stop;
  stop.request_stop();
  const Status learned = album.learn(stop.get_token());
  REQUIRE_FALSE(learned);
  CHECK(learned.error().code == ErrorCode::canceled);
}

}  // namespace freshet::store
