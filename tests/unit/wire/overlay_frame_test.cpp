#include <doctest/doctest.h>

#include "node/wire/overlay/frame.h"

namespace freshet::wire {

TEST_CASE("a header has Gnutella's layout: GUID, type, TTL, hops, little-endian length") {
  FrameHeader header;
  for (std::size_t i = 0; i < Guid::kSize; ++i) header.guid.bytes[i] = static_cast<Byte>(i + 1);
  header.type = FrameType::query_hit;
  header.ttl = 7;
  header.hops = 3;
  header.body_bytes = 0x00010203;
  EncodedHeader bytes{};
  encode_header(header, bytes.data());
  CHECK(to_hex(bytes) == "0102030405060708090a0b0c0d0e0f10" "81" "07" "03" "03020100");
}

TEST_CASE("a header comes back as it was written") {
  const EncodedHeader bytes = {0xFF, 2,  3,  4, 5,    6,  7, 8,    9,    10,   11,  12,
                               13,   14, 15, 0, 0x80, 15, 0, 0xFE, 0xFF, 0xFF, 0xFF};
  const FrameHeader header = decode_header(bytes.data());
  CHECK(header.guid.bytes[0] == 0xFF);
  CHECK(header.type == FrameType::query);
  CHECK(header.ttl == 15);
  CHECK(header.hops == 0);
  CHECK(header.body_bytes == 0xFFFFFFFEU);
  EncodedHeader again{};
  encode_header(header, again.data());
  CHECK(again == bytes);
}

}  // namespace freshet::wire
