// What a query cost and whom it reached, as neighbours tell each other (frame 0xDC;
// node/core/overlay/tallies.h has the rules). The numbers are what others say: bounded here, never
// believed further than that.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace freshet::wire {

/// The largest number that one frame may say; of bytes, the latter.
inline constexpr std::uint64_t kMaxTallyCount = std::uint64_t{1} << 32U;
inline constexpr std::uint64_t kMaxTallyBytes = std::uint64_t{1} << 42U;
inline constexpr std::uint32_t kMaxTallySettles = 1U << 16U;
inline constexpr std::uint32_t kMaxTallyHops = 0xFF;

struct TallyCounts {
  std::uint64_t nodes = 0;        ///< that got the query; its origin is none of them
  std::uint64_t queries = 0;      ///< copies sent
  std::uint64_t query_bytes = 0;  ///< of these, with their headers
  std::uint64_t duplicates = 0;   ///< copies that came to who had it
  std::uint64_t tallies = 0;      ///< Tally frames sent
  std::uint32_t hops = 0;         ///< from the origin to the farthest of the nodes
  std::uint64_t silent = 0;       ///< links behind which it is not known
  bool open = false;              ///< nodes may still fetch the query

  /// Adds up; what would overflow stays at the limit.
  void add(const TallyCounts& more);
  friend bool operator==(const TallyCounts&, const TallyCounts&) = default;
};

struct Tally {
  std::uint32_t settles = 0;  ///< copies that it answers for; 0: it comes late
  TallyCounts counts;
};

/// What is beyond the limits is cut to them.
Bytes encode(const Tally& tally);
/// nullopt: no such message, or a number beyond its limit.
std::optional<Tally> decode_tally(ByteView body);

}  // namespace freshet::wire
