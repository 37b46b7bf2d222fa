#include "node/base/bytes.h"

#include <doctest/doctest.h>

#include "node/base/ids.h"

namespace freshet {

TEST_CASE("integers are stored in the byte order that is asked for") {
  Bytes buffer(4);
  store_le<std::uint32_t>(0x01020304, buffer.data());
  CHECK(buffer == Bytes{4, 3, 2, 1});
  CHECK(load_le<std::uint32_t>(buffer.data()) == 0x01020304);
  store_be<std::uint32_t>(0x01020304, buffer.data());
  CHECK(buffer == Bytes{1, 2, 3, 4});
  CHECK(load_be<std::uint32_t>(buffer.data()) == 0x01020304);
}

TEST_CASE("hexadecimal goes both ways and refuses what is not hexadecimal") {
  CHECK(to_hex(Bytes{0, 0xAB, 0xFF}) == "00abff");
  CHECK(from_hex("00ABff") == Bytes{0, 0xAB, 0xFF});
  CHECK_FALSE(from_hex("abc").has_value());
  CHECK_FALSE(from_hex("zz").has_value());
}

TEST_CASE("an id is read only from hexadecimal of its own length") {
  CHECK(Guid::from_hex("000102030405060708090a0b0c0d0e0f")->bytes[15] == 15);
  CHECK_FALSE(Guid::from_hex("0001").has_value());
}

}  // namespace freshet
