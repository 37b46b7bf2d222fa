// A discovery datagram from anybody on the network.
#include "node/base/check.h"
#include "node/wire/overlay/beacon.h"

// NOLINTNEXTLINE(readability-identifier-naming): the name is libFuzzer's.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const auto beacon = freshet::wire::decode_beacon({data, size});
  if (!beacon) return 0;
  FRESHET_CHECK(beacon->listen_port != 0);
  const auto again = freshet::wire::decode_beacon(freshet::wire::encode_beacon(*beacon));
  FRESHET_CHECK(again && again->node == beacon->node && again->reply == beacon->reply);
  return 0;
}
