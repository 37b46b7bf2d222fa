#include "node/wire/bt/torrent_layout.h"

#include <string>

#include <doctest/doctest.h>

#include "node/wire/bt/bencode.h"
#include "node/wire/bt/magnet.h"
#include "node/wire/bt/metainfo.h"
#include "node/wire/bt/sha1.h"

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

namespace {

std::string bencoded(const std::string& text) {
  return std::to_string(text.size()) + ":" + text;
}

struct File {
  std::vector<std::string> path;
  std::int64_t length = 1;
  std::string attributes = {};
};

std::string files_of(const std::vector<File>& files) {
  std::string out = "5:filesl";
  for (const File& file : files) {
    out += "d";
    if (!file.attributes.empty()) out += "4:attr" + bencoded(file.attributes);
    out += "6:lengthi" + std::to_string(file.length) + "e4:pathl";
    for (const std::string& part : file.path) out += bencoded(part);
    out += "ee";
  }
  return out + "e";
}

std::string info_of(const std::vector<File>& files,
                    std::size_t pieces = 1,
                    const std::string& name = "album",
                    const std::string& piece_length = "16384") {
  return "d" + files_of(files) + "4:name" + bencoded(name) + "12:piece lengthi" + piece_length
         + "e6:pieces" + bencoded(std::string(20 * pieces, 'h')) + "e";
}

std::string why(const std::string& info) {
  const auto layout = read_layout(bytes_of(info));
  return layout ? "" : layout.error().message;
}

bool says(const std::string& message, const std::string& part) {
  return message.find(part) != std::string::npos;
}

}  // namespace

TEST_CASE("the layout of one file is that of its info dictionary, and names the swarm") {
  const Bytes info = encode_info({.kind = TorrentKind::v1,
                                  .name = "blue boat.bin",
                                  .size_bytes = 40000,
                                  .piece_length = 16384,
                                  .pieces = Bytes(60, Byte{7}),
                                  .root = std::nullopt});
  const auto layout = read_layout(info);
  REQUIRE(layout);
  CHECK(layout->name == sha1(info));
  CHECK(layout->title == "blue boat.bin");
  CHECK_FALSE(layout->is_folder);
  CHECK(layout->piece_count() == 3);
  CHECK(layout->piece_bytes(1) == 16384);
  CHECK(layout->piece_bytes(2) == 40000 - 32768);
  CHECK(layout->files
        == std::vector{TorrentFileSpan{.path = {}, .offset = 0, .size_bytes = 40000}});
  for (std::size_t cut = 0; cut < info.size(); ++cut)
    CHECK_FALSE(read_layout(ByteView(info).first(cut)));
}

TEST_CASE("the files of a folder lie one behind the other, padding and empty ones too") {
  const auto layout = read_layout(bytes_of(info_of(
      {{{"a", "b.txt"}, 10000}, {{"empty"}, 0}, {{".pad", "6384"}, 6384, "p"}, {{"c"}, 5}}, 2)));
  REQUIRE(layout);
  CHECK(layout->is_folder);
  CHECK(layout->size_bytes == 16389);
  REQUIRE(layout->files.size() == 4);
  CHECK(joined_path(layout->files[0].path) == "a/b.txt");
  CHECK(layout->files[1].size_bytes == 0);
  CHECK(layout->files[2].padding);
  CHECK(layout->files[3].offset == 16384);
}

TEST_CASE("a path that leaves its folder, or hides another, is refused with its name") {
  CHECK(says(why(info_of({{{"..", "passwd"}}})), "file 1 would leave its folder"));
  CHECK(says(why(info_of({{{"a"}}, {{"."}}})), "file 2 would leave"));
  CHECK(says(why(info_of({{{"/etc"}}})), "separator"));
  CHECK(says(why(info_of({{{"a/../b"}}})), "separator"));
  CHECK(says(why(info_of({{{std::string("a\0b", 3)}}})), "NUL"));
  CHECK(says(why(info_of({{{""}}})), "empty name"));
  CHECK(says(why(info_of({{{}}})), "no path"));
  CHECK(says(why(info_of({{{std::string(256, 'x')}}})), "255"));
  CHECK(says(why(info_of({{std::vector<std::string>(65, "x")}})), "too long"));
  CHECK(says(why(info_of({{std::vector<std::string>(10, std::string(250, 'x'))}})), "too long"));
  CHECK(
      says(why(info_of({{{"a", "b"}}, {{"a", "b"}}})), "two of its files have one path: \"a/b\""));
  CHECK(says(why(info_of({{{"a"}}, {{"a", "b"}}})), "the folder of another: \"a\""));
  CHECK(says(why(info_of({{{"a"}, 1, "l"}})), "symbolic link"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "..")), "its name would leave"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "")), "its name has an empty"));
}

TEST_CASE("numbers that do not fit one another are refused") {
  CHECK(says(why(info_of({{{"a"}, 16385}})), "20 bytes of piece hashes for 2 pieces"));
  CHECK(says(why(info_of({{{"a"}}}, 0)), "0 bytes of piece hashes"));
  CHECK(says(why(info_of({{{"a"}, 0}})), "no byte"));
  CHECK(says(why(info_of({{{"a"}, -1}})), "impossible length"));
  CHECK(says(why(info_of({{{"a"}, INT64_MAX}, {{"b"}, INT64_MAX}})), "impossible length"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "x", "16383")), "16383"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "x", "24576")), "powers of two"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "x", "134217728")), "64 MiB"));
  CHECK(says(why(info_of({{{"a"}}}, 1, "x", "-1")), "-1"));
  CHECK(says(why(info_of({})), "empty one"));
  std::vector<File> many;
  for (std::size_t i = 0; i <= kMaxTorrentFiles; ++i) many.push_back({{std::to_string(i)}});
  CHECK(says(why(info_of(many)), "more than 10000 files"));
  many.pop_back();
  CHECK(why(info_of(many)).empty());
}

TEST_CASE("a torrent file gives its layout and every tracker once") {
  const std::string info = info_of({{{"a"}}});
  const std::string file =
      "d8:announce8:http://a13:announce-listll8:http://ael8:http://b8:http://cee4:info" + info
      + "e";
  const auto torrent = read_torrent(bytes_of(file));
  REQUIRE(torrent);
  CHECK(torrent->layout.name == sha1(bytes_of(info)));
  CHECK(torrent->trackers == std::vector<std::string>{"http://a", "http://b", "http://c"});
  CHECK_FALSE(read_torrent(bytes_of("")));
  CHECK(says(read_torrent(bytes_of("hello")).error().message, "no torrent file"));
  CHECK(says(read_torrent(bytes_of("d4:name1:xe")).error().message, "no info"));
  CHECK(says(read_torrent(bytes_of("d4:infoi1ee")).error().message, "no dictionary"));
}

TEST_CASE("a magnet link names its torrent in hexadecimal or base32, with trackers and peers") {
  const std::string hex = "a9993e364706816aba3e25717850c26c9cd0d89d";
  const auto magnet = parse_magnet("magnet:?xt=urn:btih:" + hex
                                   + "&dn=blue%20boat+x&tr=http%3A%2F%2Fa%2Fannounce&tr.1=http://b"
                                     "&x.pe=10.0.0.1:6881&x.pe=[fd00::1]:1&xl=5&foo");
  REQUIRE(magnet);
  CHECK(magnet->name.hex() == hex);
  CHECK(magnet->title == "blue boat x");
  CHECK(magnet->trackers == std::vector<std::string>{"http://a/announce", "http://b"});
  CHECK(magnet->peers == std::vector<std::string>{"10.0.0.1:6881", "[fd00::1]:1"});
  for (const char* base32 :
       {"VGMT4NSHA2AWVOR6EVYXQUGCNSONBWE5", "vgmt4nsha2awvor6evyxqugcnsonbwe5"})
    CHECK(parse_magnet(std::string("magnet:?xt=urn:btih:") + base32)->name.hex() == hex);
}

TEST_CASE("a magnet link that names nothing that is fetched is refused with the reason") {
  const auto reason = [](const std::string& link) {
    const auto magnet = parse_magnet(link);
    return magnet ? std::string() : magnet.error().message;
  };
  CHECK(says(reason("magnet:?dn=x"), "no xt=urn:btih:"));
  CHECK(says(reason("magnet:?xt=urn:btih:abc"), "40 hexadecimal"));
  CHECK(says(reason("magnet:?xt=urn:btih:" + std::string(32, '1')), "base32"));
  CHECK(says(reason("magnet:?xt=urn:btih:%zz"), "a %"));
  CHECK(says(reason("magnet:x"), "magnet:?"));
  CHECK(says(reason("magnet:?xt=urn:btih:" + std::string(40, 'a')
                    + "&xt=urn:btih:" + std::string(40, 'b')),
             "two torrents"));
  CHECK(says(reason("magnet:?" + std::string(kMaxMagnetBytes, 'x')), "16 KiB"));
}
