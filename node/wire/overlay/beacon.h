// The discovery datagram: who is here, on which TCP port. Schema:
// proto/freshet/overlay/v1/beacon.proto.
#pragma once

#include <array>
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
/// nullopt for anything but a well-formed open beacon of version 1.
std::optional<Beacon> decode_beacon(ByteView datagram);

/// A private mesh's datagram: whose it is shows only to who has the key
/// (node/io/net/beacon_codec.h).
struct SealedBeacon {
  static constexpr std::size_t kSaltBytes = 16;
  static constexpr std::size_t kTagBytes = 16;
  /// What an open beacon can take, its padding, and the seal's own tag.
  static constexpr std::size_t kMaxSealedBytes = kMaxBeaconBytes - 64;

  std::array<Byte, kSaltBytes> salt{};  ///< new in each datagram
  std::array<Byte, kTagBytes> tag{};    ///< tells members that it is theirs
  Bytes sealed;                         ///< 1 … kMaxSealedBytes on the wire
};

Bytes encode_sealed_beacon(const SealedBeacon& beacon);
/// nullopt for anything but a well-formed sealed beacon of version 1.
std::optional<SealedBeacon> decode_sealed_beacon(ByteView datagram);

}  // namespace freshet::wire
