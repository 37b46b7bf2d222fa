// Bodies of the frames by which a node learns whether others can dial it. Fixed bytes: the port
// (2, little-endian) in the request, the verdict (1) in the answer.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace freshet::wire {

enum class DialBackVerdict : std::uint8_t {
  unreachable = 0,
  reached = 1,   ///< TCP and TLS stood, and it was the asking node
  declined = 2,  ///< asked too often, or cannot tell
};

inline Bytes encode_dial_back(std::uint16_t port) {
  Bytes body(2);
  store_le(port, body.data());
  return body;
}
/// nullopt for anything but a port that can be dialled.
inline std::optional<std::uint16_t> decode_dial_back(ByteView body) {
  if (body.size() != 2) return std::nullopt;
  const auto port = load_le<std::uint16_t>(body.data());
  return port == 0 ? std::nullopt : std::optional(port);
}

inline Bytes encode_dial_back_answer(DialBackVerdict verdict) {
  return {static_cast<Byte>(verdict)};
}
inline std::optional<DialBackVerdict> decode_dial_back_answer(ByteView body) {
  if (body.size() != 1 || body[0] > 2) return std::nullopt;
  return static_cast<DialBackVerdict>(body[0]);
}

}  // namespace freshet::wire
