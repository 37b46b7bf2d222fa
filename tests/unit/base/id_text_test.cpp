#include "node/base/id_text.h"

#include <doctest/doctest.h>

#include "node/base/ids.h"

namespace freshet {

TEST_CASE("the beginning of an id is 1 to 64 hexadecimal digits in either case") {
  CHECK(id_prefix("3fA9") == "3fa9");
  CHECK(id_prefix("0") == "0");
  CHECK(id_prefix(std::string(64, 'F')) == std::string(64, 'f'));
  for (const std::string& none : {std::string(),
                                  std::string(65, 'a'),
                                  std::string("3fg"),
                                  std::string("0x3f"),
                                  std::string(" 3f"),
                                  std::string("3f\0", 3)})
    CHECK_FALSE(id_prefix(none));
}

TEST_CASE("letters of ASCII alone change their case") {
  CHECK(lower_case("Ab-Z\xC3\x84") == "ab-z\xC3\x84");
}

TEST_CASE("twelve digits of an id are shown") {
  NodeKey key;
  key.bytes[0] = 0xAB;
  CHECK(shown_id(key) == "ab0000000000");
}

}  // namespace freshet
