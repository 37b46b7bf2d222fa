#include "node/store/folder_unpacking.h"

#include <doctest/doctest.h>

#include "node/wire/bt/merkle.h"
#include "tests/unit/store/temp_folder.h"

namespace freshet::store {

namespace {

namespace fs = std::filesystem;

ContentId id_of(std::string_view text) {
  wire::bt::TreeBuilder builder(text.size());
  builder.feed(bytes_of(text));
  return builder.finish()->root;
}

/// A place of some files, and their bundle.
struct Album {
  Album() {
    add("", "a.txt", "one");
    add("/empty", "none.txt", "");
    add("/sub", "b.txt", noise(2, 5000));
    add("/sub/deep", "c.txt", noise(3, 70'000));
    add("/sub/deep", "d.txt", "four");
    place.target = out;
    path = temp.write("bundle", bundle);
  }
  void add(const std::string& folder, const std::string& name, const std::string& text) {
    FolderPlace::File file{.folder = out + folder,
                           .name = name,
                           .size_bytes = text.size(),
                           .content = {},
                           .bundle_offset = {}};
    if (!text.empty()) {
      file.content = id_of(text);
      file.bundle_offset = bundle.size();
    }
    bundle += text;
    texts.push_back(text);
    place.files.push_back(file);
  }
  [[nodiscard]] FolderUnpacking unpacking() const { return {place, {0, 1, 2, 3, 4}}; }
  void check_all() const {
    for (std::size_t i = 0; i < texts.size(); ++i) {
      INFO(place.files[i].absolute());
      CHECK(file_exists(place.files[i].absolute()));
      CHECK(read_text(place.files[i].absolute()) == texts[i]);
    }
  }
  /// What lies beside the bundle and the folder.
  [[nodiscard]] long others() const {
    return std::distance(fs::directory_iterator(temp.path()), fs::directory_iterator()) - 2;
  }

  TempFolder temp;
  std::string out = temp / "album";
  std::string bundle;
  std::string path;
  std::vector<std::string> texts;
  FolderPlace place;
};

}  // namespace

TEST_CASE("a bundle is unpacked as it comes, and nothing has its name before the end") {
  const Album album;
  auto unpacking = album.unpacking();
  for (std::uint64_t bytes = 0; bytes < album.bundle.size(); bytes += 1000)
    REQUIRE(unpacking.stage(album.path, bytes, {}));
  CHECK_FALSE(file_exists(album.out));
  REQUIRE(unpacking.stage(album.path, album.bundle.size(), {}));
  const auto failed = unpacking.put();
  REQUIRE(failed);
  CHECK(failed->empty());
  album.check_all();
  CHECK(album.others() == 0);
}

TEST_CASE("what is in the way of an unpacked folder or file stays") {
  const Album album;
  album.temp.write("album/sub/deep/mine.txt", "mine");
  album.temp.write("album/a.txt", "another");
  auto unpacking = album.unpacking();
  REQUIRE(unpacking.stage(album.path, album.bundle.size(), {}));
  const auto failed = unpacking.put();
  REQUIRE(failed);
  CHECK(read_text(album.out + "/sub/deep/mine.txt") == "mine");
  CHECK(read_text(album.out + "/a.txt") == "another");
  CHECK(read_text(album.out + "/a (2).txt") == "one");
  CHECK(read_text(album.out + "/sub/deep/d.txt") == "four");
  CHECK(album.others() == 0);
}

TEST_CASE("what a bundle has and the list does not say is not unpacked") {
  Album album;
  album.place.files[2].content = id_of("something else");
  auto unpacking = album.unpacking();
  REQUIRE(unpacking.stage(album.path, album.bundle.size(), {}));
  const auto failed = unpacking.put();
  REQUIRE(failed);
  REQUIRE(failed->size() == 1);
  CHECK(failed->front().path == album.out + "/sub/b.txt");
  CHECK_FALSE(file_exists(album.out + "/sub/b.txt"));
  CHECK(file_exists(album.out + "/sub/deep/c.txt"));
}

TEST_CASE("what a crash left of an unpacking is unpacked again, and an ended one leaves nothing") {
  const Album album;
  album.temp.write("." + album.place.id.hex() + ".freshet-part/a.txt", "half");
  {
    auto ended = album.unpacking();
    REQUIRE(ended.stage(album.path, album.bundle.size(), {}));
  }
  CHECK(album.others() == -1);  // no folder either
  auto unpacking = album.unpacking();
  REQUIRE(unpacking.stage(album.path, album.bundle.size(), {}));
  REQUIRE(unpacking.put());
  album.check_all();
}

}  // namespace freshet::store
