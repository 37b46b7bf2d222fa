// The body of a route table frame: which words a neighbour holds, whole or as a patch, and the
// coding of the places. Schema: proto/freshet/overlay/v1/overlay.proto. Idea and roles: Gnutella's
// query routing ("Query Routing for the Gnutella Network", C. Rohrs, 2001); the coding is ours: a
// sorted list of places travels as Rice-coded gaps, about 1.5 bits above log2 of the mean gap for
// each place.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::wire {

/// Places in one list of one frame. More come in further frames.
inline constexpr std::size_t kMaxTablePlaces = 16384;

enum class TableKind : std::uint8_t {
  want = 0,        ///< asks the neighbour for its table
  whole = 1,       ///< replaces what was known
  patch = 2,       ///< changes it
  everything = 3,  ///< no table: every query may match
};

struct RouteTable {
  TableKind kind = TableKind::want;
  std::uint32_t sequence = 0;  ///< one more with each whole or patch, parts of one have the same
  std::uint8_t bits = 32;      ///< places are below 2^bits; 1 ... 32
  std::vector<std::uint32_t> added;    ///< ascending, each once
  std::vector<std::uint32_t> removed;  ///< of a patch; ascending, each once
  bool more = false;                   ///< the next frame goes on
};

/// REQUIRES: at most kMaxTablePlaces in each list.
Bytes encode(const RouteTable& table);
/// nullopt for what is malformed or beyond the limits.
std::optional<RouteTable> decode_route_table(ByteView body);

/// The list's coding: Rice parameter (1 byte), count (varint), then the gaps, bits from the lowest
/// up. REQUIRES: ascending, each once.
Bytes encode_places(std::span<const std::uint32_t> places);
/// nullopt when malformed, longer than kMaxTablePlaces, or a place does not fit into `bits`.
std::optional<std::vector<std::uint32_t>> decode_places(ByteView coded, std::uint8_t bits);

/// The body of a walker's check-back and of the answer to it.
Bytes encode_walker(std::uint32_t walker);
std::optional<std::uint32_t> decode_walker(ByteView body);

}  // namespace freshet::wire
