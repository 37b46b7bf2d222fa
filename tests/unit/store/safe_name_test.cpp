#include "node/store/safe_name.h"

#include <doctest/doctest.h>

namespace freshet::store {

namespace {

std::string safe(std::string_view name) {
  return safe_file_name(name, ContentId{});
}
const std::string kNameless = ContentId{}.hex();

}  // namespace

TEST_CASE("a harmless name stays as it is") {
  for (const std::string name : {"a",
                                 "Blue Boat.jpg",
                                 "gr\xC3\xBC\xC3\x9F.tar.gz",
                                 "\xE6\x97\xA5\xE6\x9C\xAC",
                                 "a..b",
                                 "bad\xFFutf8.txt"}) {
    CHECK(safe(name) == name);
  }
}

TEST_CASE("a name cannot leave its folder, hide, or look like an option") {
  CHECK(safe("../../etc/passwd") == "_.._etc_passwd");
  CHECK(safe("/etc/passwd") == "_etc_passwd");
  CHECK(safe("a\\b") == "a_b");
  CHECK(safe(".bashrc") == "bashrc");
  CHECK(safe("-rf") == "rf");
  CHECK(safe(". .- x ") == "x");
}

TEST_CASE("a name of nothing usable becomes the content id") {
  for (const std::string name : {"", ".", "..", "...", " ", "- -", ". . ."})
    CHECK(safe(name) == kNameless);
}

TEST_CASE("control characters and direction overrides are replaced") {
  CHECK(safe(std::string("a\0b\n\x1B[31m\x7F", 10)) == "a_b__[31m_");
  CHECK(safe("x\xC2\x9By") == "x_y");                          // CSI as one character
  CHECK(safe("photo\xE2\x80\xAEgpj.exe") == "photo_gpj.exe");  // right-to-left override
  CHECK(safe("a\xE2\x81\xA6z") == "a_z");
  CHECK(safe("a\xE2\x80\x93z") == "a\xE2\x80\x93z");  // an en dash is harmless
}

TEST_CASE("a long name keeps its extension and is cut between characters") {
  const std::string name = safe(std::string(400, 'a') + ".tar.zst");
  CHECK(name.size() == kMaxNameBytes);
  CHECK(name.ends_with("aaa.tar.zst") == false);  // ".tar" is part of the stem
  CHECK(name.ends_with(".zst"));
  std::string umlauts = "x";
  for (int i = 0; i < 200; ++i) umlauts += "\xC3\xBC";
  const std::string cut = safe(umlauts + ".txt");
  CHECK(cut.size() <= kMaxNameBytes);
  CHECK(cut.ends_with("\xC3\xBC.txt"));
  CHECK(safe(std::string(1000, '\x80')).size() == kMaxNameBytes);
  CHECK(safe("a." + std::string(400, 'b')).size() == kMaxNameBytes);
}

TEST_CASE("a second file of a name gets a number before its extension, within the limit") {
  CHECK(numbered_file_name("boat.jpg", 1) == "boat.jpg");
  CHECK(numbered_file_name("boat.jpg", 2) == "boat (2).jpg");
  CHECK(numbered_file_name("boat", 12) == "boat (12)");
  const std::string longest = std::string(251, 'a') + ".jpg";
  CHECK(numbered_file_name(longest, 10).size() == kMaxNameBytes);
  CHECK(numbered_file_name(longest, 10).ends_with("a (10).jpg"));
}

TEST_CASE("whatever a peer sends becomes one safe path component") {
  std::string name;
  for (unsigned seed = 0; seed < 2000; ++seed) {  // a small generator: every failure names its seed
    CAPTURE(seed);
    name.clear();
    for (unsigned word = seed * 2654435761U + 1, i = 0; i < seed % 300; ++i) {
      word = word * 1664525U + 1013904223U;
      constexpr std::string_view spicy = "../\\ -\n\xE2\x80\xAE\xC2\x80z";
      name += (word >> 24U) % 3 == 0 ? spicy[(word >> 16U) % spicy.size()]
                                     : static_cast<char>(word >> 20U);
    }
    const std::string result = safe(name);
    REQUIRE_FALSE(result.empty());
    REQUIRE(result.size() <= kMaxNameBytes);
    REQUIRE(result.find('/') == std::string::npos);
    REQUIRE(result.find('\0') == std::string::npos);
    REQUIRE(result.front() != '.');
    REQUIRE(safe(result) == result);
  }
}

}  // namespace freshet::store
