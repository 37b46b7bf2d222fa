// The discovery datagram: who is here, on which TCP port. Schema:
// proto/freshet/overlay/v1/beacon.proto.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire {

/// The largest datagram that is looked at; ours have about 50 bytes.
inline constexpr std::size_t kMaxBeaconBytes = 512;

struct Beacon {
  NodeKey node;
  std::uint16_t listen_port = 0;  ///< TCP, never 0 on the wire
  bool reply = false;             ///< answers a beacon; is not answered itself
};

Bytes encode_beacon(const Beacon& beacon);
/// nullopt for anything but a well-formed beacon of version 1.
std::optional<Beacon> decode_beacon(ByteView datagram);

}  // namespace freshet::wire
