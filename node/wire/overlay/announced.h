// Queries that a node has and its neighbour may not know: a field that Ping, Pong and Announce
// carry alike, so that what need not be said at once costs no frame of its own. Schema:
// overlay.proto.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire {

/// TTL and hops are those that a copy on that link would have.
struct Announced {
  Guid guid;
  std::uint8_t ttl = 0;
  std::uint8_t hops = 0;
  friend bool operator==(const Announced&, const Announced&) = default;
};

inline constexpr std::size_t kMaxAnnounced = 32;  ///< in one body; more makes it malformed
inline constexpr std::size_t kAnnouncedBytes = Guid::kSize + 2;
/// What append_announced() adds at most: before all of them, and in all.
inline constexpr std::size_t kAnnouncedHeadBytes = 4;
inline constexpr std::size_t kMaxAnnouncedField =
    kAnnouncedHeadBytes + kMaxAnnounced * kAnnouncedBytes;

/// Adds the field to `body`; nothing when there are none. REQUIRES: at most kMaxAnnounced.
void append_announced(Bytes& body, std::span<const Announced> queries);
/// Those in `body`, whatever else it has. nullopt: malformed.
std::optional<std::vector<Announced>> read_announced(ByteView body);

}  // namespace freshet::wire
