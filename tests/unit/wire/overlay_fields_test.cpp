#include <doctest/doctest.h>

#include "node/wire/overlay/fields.h"
#include "node/wire/overlay/utf8.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {

TEST_CASE("fields are read in order with their numbers, kinds and values") {
  const Bytes message =
      RawMessage().varint(1, ~0ULL).text(536870911, "x").fixed32(3, 1).fixed64(4, 1).bytes();
  FieldReader fields(message);
  const auto first = fields.next();
  REQUIRE(first);
  CHECK(first->number == 1);
  CHECK(first->value == ~0ULL);
  const auto second = fields.next();
  REQUIRE(second);
  CHECK(second->number == 536870911);
  CHECK(text_of(second->bytes) == "x");
  CHECK(fields.next()->kind == FieldKind::fixed32);
  CHECK(fields.next()->kind == FieldKind::fixed64);
  CHECK_FALSE(fields.next().has_value());
  CHECK_FALSE(fields.malformed());
}

TEST_CASE("what is not a message is told: cut values, field 0, unknown kinds, endless varints") {
  for (const char* hex : {"08",
                          "0a05616263",
                          "0901020304050607",
                          "0d010203",
                          "0001",
                          "0b",
                          "0c",
                          "0e00",
                          "0f00",
                          "0880808080808080808080",
                          "ffffffffffffffffff01",
                          "8080808010"}) {
    CAPTURE(hex);
    CHECK_FALSE(has_few_fields(from_hex(hex).value()));
  }
  CHECK(has_few_fields({}));
  CHECK(has_few_fields(from_hex("0800").value()));
}

TEST_CASE("a length that would overflow is larger than what is left") {
  CHECK_FALSE(has_few_fields(from_hex("0affffffffffffffffff01").value()));
}

TEST_CASE("a message has at most 256 fields") {
  RawMessage message;
  for (std::size_t i = 0; i < kMaxFields; ++i) message.varint(1, 1);
  CHECK(has_few_fields(message.bytes()));
  message.varint(1, 1);
  CHECK_FALSE(has_few_fields(message.bytes()));
}

TEST_CASE("UTF-8 is told from other bytes at every border of its table") {
  for (const char* good : {"",
                           "a",
                           "\x7F",
                           "\xC2\x80",
                           "\xDF\xBF",
                           "\xE0\xA0\x80",
                           "\xED\x9F\xBF",
                           "\xEE\x80\x80",
                           "\xEF\xBF\xBF",
                           "\xF0\x90\x80\x80",
                           "\xF4\x8F\xBF\xBF",
                           "a\xC3\xA9z"}) {
    CAPTURE(good);
    CHECK(is_utf8(good));
  }
  for (const char* bad : {"\x80",
                          "\xC0\x80",
                          "\xC1\xBF",
                          "\xC2",
                          "\xC2\x7F",
                          "\xE0\x9F\xBF",
                          "\xE1\x80",
                          "\xED\xA0\x80",
                          "\xF0\x8F\xBF\xBF",
                          "\xF4\x90\x80\x80",
                          "\xF5\x80\x80\x80",
                          "\xFF",
                          "a\xE1\x80\xC0",
                          "\xF1\x80\x80"}) {
    CAPTURE(to_hex(bytes_of(bad)));
    CHECK_FALSE(is_utf8(bad));
  }
}

}  // namespace freshet::wire
