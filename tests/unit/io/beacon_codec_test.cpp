#include "node/io/net/beacon_codec.h"

#include <algorithm>
#include <array>

#include <doctest/doctest.h>

namespace freshet::io::test {
namespace {

constexpr std::array<Byte, 32> kMesh = {1, 2, 3};
constexpr std::array<Byte, 32> kOther = {1, 2, 4};

wire::Beacon beacon(std::uint16_t port = 7346, bool reply = false) {
  NodeKey node;
  node.bytes.fill(0xA5);
  return {.node = node, .listen_port = port, .reply = reply};
}

bool contains(ByteView text, ByteView part) {
  return std::search(text.begin(), text.end(), part.begin(), part.end()) != text.end();
}

bool is_foreign(const BeaconCodec& codec, ByteView datagram) {
  const auto decoded = codec.decode(datagram);
  return decoded && std::holds_alternative<ForeignBeacon>(*decoded);
}

const BeaconCodec kOpen;

}  // namespace

TEST_CASE("a sealed beacon says to members what an open one says to all") {
  const BeaconCodec codec{ByteView(kMesh)};
  for (const BeaconCodec& each : {kOpen, codec}) {
    const auto decoded = each.decode(each.encode(beacon(65535, true)));
    REQUIRE(decoded);
    const auto* heard = std::get_if<wire::Beacon>(&*decoded);
    REQUIRE(heard != nullptr);
    CHECK(heard->node == beacon().node);
    CHECK(heard->listen_port == 65535);
    CHECK(heard->reply);
  }
}

TEST_CASE("each mesh's beacons are foreign to the others") {
  const BeaconCodec one{ByteView(kMesh)};
  const BeaconCodec two{ByteView(kOther)};
  CHECK(is_foreign(two, one.encode(beacon())));
  CHECK(is_foreign(kOpen, one.encode(beacon())));
  CHECK(is_foreign(one, kOpen.encode(beacon())));
}

TEST_CASE("a sealed beacon shows neither key nor port, and no two are alike but in size") {
  const BeaconCodec codec{ByteView(kMesh)};
  const Bytes first = codec.encode(beacon(7346, false));
  const Bytes second = codec.encode(beacon(1, true));
  CHECK_FALSE(contains(first, beacon().node.view().first(4)));
  CHECK_FALSE(contains(first, ByteView(kMesh).first(4)));
  CHECK(first.size() == second.size());
  const auto a = wire::decode_sealed_beacon(first);
  const auto b = wire::decode_sealed_beacon(second);
  REQUIRE((a && b));
  CHECK(a->salt != b->salt);
  CHECK(a->tag != b->tag);
  CHECK_FALSE(wire::decode_beacon(first));
}

TEST_CASE("a sealed beacon that was altered anywhere is not believed") {
  const BeaconCodec codec{ByteView(kMesh)};
  const Bytes whole = codec.encode(beacon());
  for (std::size_t i = 0; i < whole.size(); ++i) {
    Bytes altered = whole;
    altered[i] ^= 1U;
    const auto decoded = codec.decode(altered);
    CHECK_FALSE((decoded && std::holds_alternative<wire::Beacon>(*decoded)));
    const auto cut = codec.decode(ByteView(whole).first(i));
    CHECK_FALSE((cut && std::holds_alternative<wire::Beacon>(*cut)));
  }
}

}  // namespace freshet::io::test
