// A datagram as a member of a private mesh hears it: from anybody, and, as the inside of a seal
// that is whole, from a member that means harm.
#include <algorithm>
#include <array>
#include <variant>

#include "node/base/check.h"
#include "node/io/net/beacon_codec.h"

namespace {

constexpr std::array<freshet::Byte, 32> kMesh = {7};

void hear(const freshet::io::BeaconCodec& codec, freshet::ByteView datagram) {
  const auto heard = codec.decode(datagram);
  if (!heard) return;
  const auto* beacon = std::get_if<freshet::wire::Beacon>(&*heard);
  if (beacon != nullptr) FRESHET_CHECK(beacon->listen_port != 0);
}

}  // namespace

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const freshet::io::BeaconCodec kMember{freshet::ByteView(kMesh)};
  static const freshet::io::BeaconCodec kOutsider;
  hear(kMember, {data, size});
  hear(kOutsider, {data, size});
  const std::size_t inside = std::min(size, freshet::io::BeaconCodec::kMaxOpenBytes);
  hear(kMember, kMember.seal({data, inside}));
  return 0;
}
