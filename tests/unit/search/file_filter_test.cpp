// Which files pass a filter, and which nodes may answer.
#include "node/core/search/file_filter.h"

#include <doctest/doctest.h>

#include "node/core/search/file_kinds.h"
#include "node/core/search/query_text.h"

namespace freshet::core::search {
namespace {

wire::QueryFilter typed(const std::vector<std::string>& arguments) {
  const auto query = parse_query(arguments);
  REQUIRE(query.ok());
  REQUIRE(query->filter);
  return *query->filter;
}

bool finds(const std::string& argument, const FileFacts& file) {
  return passes(typed({argument}), file);
}

}  // namespace

TEST_CASE("a file's extension and kind are those behind its last dot, in any case") {
  const FileFacts clip{.path = "Films/Moon.Rise.MKV", .size_bytes = 5};
  CHECK(finds("type:video", clip));
  CHECK(finds("ext:mkv", clip));
  CHECK_FALSE(finds("type:audio", clip));
  CHECK_FALSE(finds("ext:rise", clip));
  CHECK(extension_of("a/.bashrc").empty());
  CHECK(extension_of("a.b/c").empty());
  CHECK(extension_of("x.tar.GZ") == "gz");
}

TEST_CASE("every extension of a kind is of that kind") {
  for (std::uint32_t bit = 1; bit <= 32; bit *= 2) {
    const auto extensions = extensions_of(bit);
    CHECK(extensions.size() > 10);
    for (const auto& extension : extensions) {
      CAPTURE(extension);
      CHECK(kind_of_extension(extension) == static_cast<wire::FileKind>(bit));
    }
  }
  CHECK_FALSE(kind_of_extension("mp3 mp4"));
  CHECK_FALSE(kind_of_extension(""));
}

TEST_CASE("sizes hold at their edges") {
  const FileFacts file{.path = "x", .size_bytes = 1024};
  CHECK(finds("size:1K..", file));
  CHECK(finds("size:..1K", file));
  CHECK_FALSE(finds("size:>1K", file));
  CHECK_FALSE(finds("size:<1K", file));
  CHECK(finds("size:<=1K", file));
}

TEST_CASE("a file from the future is new") {
  CHECK(finds("newer:1d", {.path = "x", .age_s = -100}));
  CHECK(finds("newer:1d", {.path = "x", .age_s = 86'400}));
  CHECK_FALSE(finds("newer:1d", {.path = "x", .age_s = 86'401}));
}

TEST_CASE("path looks at folders and not at the file's name") {
  const FileFacts song{.path = "Music/Moon_Rise/sun.mp3"};
  CHECK(finds("path:music", song));
  CHECK(finds("path:moonrise", {.path = "MoonRise/x"}));
  CHECK(finds("path:rise", song));
  CHECK_FALSE(finds("path:sun", song));
  CHECK_FALSE(finds("path:music", {.path = "music.mp3"}));
}

TEST_CASE("an id's front needs a hashed file") {
  ContentId content;
  content.bytes[0] = 0x3F;
  content.bytes[1] = 0xA9;
  CHECK(finds("id:3fa", {.path = "x", .content = content}));
  CHECK_FALSE(finds("id:3fb", {.path = "x", .content = content}));
  CHECK_FALSE(finds("id:3fa", {.path = "x"}));
}

TEST_CASE("a node answers for its own name or key") {
  NodeKey key;
  key.bytes[0] = 0xCA;
  key.bytes[1] = 0xFE;
  CHECK(is_for_node(typed({"peer:cafe"}), key, "somebody"));
  CHECK(is_for_node(typed({"peer:cafe"}), NodeKey{}, "Café Roma"));
  CHECK(is_for_node(typed({"peer:roma-café"}), NodeKey{}, "Café Roma"));
  CHECK_FALSE(is_for_node(typed({"peer:cafe"}), NodeKey{}, "Bar Roma"));
  CHECK_FALSE(is_for_node(typed({"peer:cafe"}), NodeKey{}, ""));
  CHECK(is_for_node(typed({"type:video"}), NodeKey{}, ""));
}

}  // namespace freshet::core::search
