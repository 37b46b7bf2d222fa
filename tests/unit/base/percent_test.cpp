#include "node/base/percent.h"

#include <doctest/doctest.h>

namespace freshet {

TEST_CASE("what is reserved, or no ASCII, is encoded and comes back") {
  CHECK(percent_encoded("a-b._~Z9") == "a-b._~Z9");
  CHECK(percent_encoded("a b/%\xC3\xA4") == "a%20b%2F%25%C3%A4");
  CHECK(percent_encoded("[::1]:7", "[]:17") == "[::1]:7");
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  CHECK(percent_decoded(percent_encoded(all)) == all);
}

TEST_CASE("digits may be small, and must be two") {
  CHECK(percent_decoded("%c3%A4+") == "\xC3\xA4+");
  CHECK(percent_decoded("") == "");
  for (const char* bad : {"%", "a%", "%4", "%4g", "%%41", "a%4"}) {
    CAPTURE(bad);
    CHECK_FALSE(percent_decoded(bad));
  }
}

}  // namespace freshet
