#include <string>

#include <doctest/doctest.h>

#include "node/wire/overlay/beacon.h"
#include "tests/unit/wire/raw_message.h"

namespace freshet::wire {
namespace {

RawMessage beacon(std::uint32_t magic,
                  std::uint64_t version,
                  std::size_t key_bytes,
                  std::uint64_t port) {
  RawMessage message;
  message.fixed32(1, magic).varint(2, version).text(3, std::string(key_bytes, 'k')).varint(4, port);
  return message;
}

}  // namespace

TEST_CASE("a beacon comes back as it was written") {
  Beacon beacon{.node = {}, .listen_port = 65535, .reply = true};
  beacon.node.bytes.fill(3);
  const auto decoded = decode_beacon(encode_beacon(beacon));
  REQUIRE(decoded);
  CHECK(decoded->node == beacon.node);
  CHECK(decoded->listen_port == 65535);
  CHECK(decoded->reply);
}

TEST_CASE("a beacon's first bytes are the magic number, so that other traffic is told at once") {
  const Bytes datagram = encode_beacon(Beacon{.node = {}, .listen_port = 1, .reply = false});
  CHECK(to_hex(ByteView(datagram).first(5)) == "0d48535246");
}

TEST_CASE("a datagram that is not a beacon of version 1 is refused") {
  CHECK(decode_beacon(beacon(0x46525348, 1, 32, 7346).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525349, 1, 32, 7346).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525348, 2, 32, 7346).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525348, 1, 31, 7346).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525348, 1, 33, 7346).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525348, 1, 32, 0).bytes()));
  CHECK_FALSE(decode_beacon(beacon(0x46525348, 1, 32, 65536).bytes()));
  CHECK_FALSE(decode_beacon({}));
  CHECK_FALSE(decode_beacon(bytes_of("GET / HTTP/1.1\r\n\r\n")));
}

TEST_CASE("a beacon may grow by fields that this version does not know, up to the limit") {
  RawMessage small = beacon(0x46525348, 1, 32, 7346);
  const std::size_t overhead = small.bytes().size() + 4;  // two bytes of tag, two of length
  CHECK(decode_beacon(small.message(99, Bytes(kMaxBeaconBytes - overhead)).bytes()));
  RawMessage large = beacon(0x46525348, 1, 32, 7346);
  CHECK_FALSE(decode_beacon(large.message(99, Bytes(kMaxBeaconBytes - overhead + 1)).bytes()));
}

}  // namespace freshet::wire
