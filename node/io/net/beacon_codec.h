// What a beacon looks like on the network: in the open mesh it is readable by all, in a private one
// it is sealed under the mesh's key. To everybody else a sealed beacon is a magic number, random
// bytes and a length that never changes: it names no node, no port and no mesh, and two of them
// cannot be linked by what is in them (the address that they come from is the network's to show).
//
// Sealed: a random salt, new in each; a tag, HMAC(mesh key, salt), by which a member knows in one
// hash that a datagram is for it; and AES-256-GCM of the open form, padded, under a key that is
// another HMAC of the salt and so used once. Salt and tag are authenticated with it.
#pragma once

#include <optional>
#include <variant>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/wire/overlay/beacon.h"

namespace freshet::io {

/// A datagram of freshet's that is not for this node: of the open mesh, or of another private one.
struct ForeignBeacon {};

class BeaconCodec {
 public:
  /// What fits behind a seal.
  static constexpr std::size_t kMaxOpenBytes = 382;

  /// nullopt: the open mesh; else the mesh's secret key, of 32 bytes.
  explicit BeaconCodec(std::optional<ByteView> mesh_key = std::nullopt);
  ~BeaconCodec();
  BeaconCodec(const BeaconCodec&) = default;
  BeaconCodec& operator=(const BeaconCodec&) = default;

  [[nodiscard]] Bytes encode(const wire::Beacon& beacon) const;
  /// Any bytes in a private mesh's datagram. REQUIRES: private, at most kMaxOpenBytes.
  [[nodiscard]] Bytes seal(ByteView open) const;
  /// nullopt: malformed, or sealed by somebody without the key.
  [[nodiscard]] std::optional<std::variant<wire::Beacon, ForeignBeacon>> decode(
      ByteView datagram) const;

 private:
  std::optional<Sha256> key_;
};

}  // namespace freshet::io
