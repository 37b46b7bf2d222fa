#include "node/wire/bt/bencode.h"

#include <string>

#include <doctest/doctest.h>

using namespace freshet;            // NOLINT(google-build-using-namespace): a test
using namespace freshet::wire::bt;  // NOLINT(google-build-using-namespace): a test

TEST_CASE("a dictionary is read by key and in order") {
  const std::string text =
      "d1:ai-3e1:bl1:x0:i0ee3:cccd1:dde"
      "ee";
  const auto document = Bencoded::parse(bytes_of(text));
  REQUIRE(document);
  const auto root = document->root();
  CHECK(root.find("a")->integer() == -3);
  CHECK_FALSE(root.find("zz"));
  const auto list = root.find("b");
  REQUIRE(list);
  CHECK(list->type() == Bencoded::Type::list);
  CHECK(text_of(list->encoded()) == "l1:x0:i0ee");
  const auto x = list->first();
  CHECK(x->text() == "x");
  CHECK(x->next()->text() == "");
  CHECK(x->next()->next()->integer() == 0);
  CHECK_FALSE(x->next()->next()->next());
  CHECK(text_of(root.find("ccc")->encoded()) == "d1:ddee");
}

TEST_CASE("what is not strict bencoding is refused") {
  for (const char* text : {"",
                           "i",
                           "ie",
                           "i-0e",
                           "i03e",
                           "i--1e",
                           "i+1e",
                           "i1",
                           "i99999999999999999999e",
                           "1",
                           "1:",
                           "2:a",
                           "01:a",
                           "-1:a",
                           "l",
                           "d",
                           "e",
                           "le1",
                           "d1:ae",
                           "di1ei2ee",
                           "d1:bi1e1:ai1ee",
                           "d1:ai1e1:ai1ee",
                           "i1ei2e",
                           "99999999999999999999:a",
                           "x"}) {
    INFO(text);
    CHECK_FALSE(Bencoded::parse(bytes_of(text)));
  }
}

TEST_CASE("depth and number of values are bounded") {
  const std::string deep = std::string(17, 'l') + std::string(17, 'e');
  CHECK_FALSE(Bencoded::parse(bytes_of(deep)));
  CHECK(Bencoded::parse(bytes_of(deep), {.max_depth = 17, .max_nodes = 17}));
  CHECK_FALSE(Bencoded::parse(bytes_of(deep), {.max_depth = 17, .max_nodes = 16}));
  const std::string very_deep(1000000, 'l');
  CHECK_FALSE(Bencoded::parse(bytes_of(very_deep), {.max_depth = 2000000, .max_nodes = 2000000}));
}

TEST_CASE("what the writer writes is read back") {
  BencodeWriter writer;
  writer.begin_dictionary().key("a").integer(-42).key("b").begin_list().text("xyz").end().end();
  const Bytes bytes = writer.take();
  CHECK(text_of(bytes) == "d1:ai-42e1:bl3:xyzee");
  CHECK(Bencoded::parse(bytes));
}
