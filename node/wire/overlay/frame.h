// The overlay's frame: Gnutella 0.4's descriptor header (23 bytes) before a body. Reads and writes
// headers only; a relay never looks further. Layout: GUID 16 | type 1 | TTL 1 | hops 1 | body
// length 4, little-endian. Source: "The Gnutella Protocol Specification v0.4", section "Descriptor
// Header".
#pragma once

#include <array>
#include <cstdint>
#include <optional>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet::wire {

inline constexpr std::size_t kFrameHeaderBytes = 23;
/// The largest body that is read. A length above it ends the link: the stream cannot be followed
/// any more.
inline constexpr std::uint32_t kMaxBodyBytes = 64 * 1024;
/// TTL + hops never exceeds this on a link (Gnutella's practice; DESIGN: clamp).
inline constexpr std::uint8_t kMaxTtl = 15;

/// Gnutella's numbers where it has them; ours from 0xA0 on. A byte that is none of these is an
/// unknown type.
enum class FrameType : std::uint8_t {
  ping = 0x00,
  pong = 0x01,
  bye = 0x02,
  route_table = 0x30,
  push = 0x40,
  query = 0x80,
  query_hit = 0x81,
  hello = 0xA0,
  announce = 0xA1,    ///< has the query of that GUID, and those of the body (announced.h)
  graft = 0xA2,       ///< wants it (hops 0), and further ones sent at once; no body
  prune = 0xA3,       ///< had it already: announce further ones; no body
  check_back = 0xA4,  ///< a walker asks the origin whether to go on
  go_on = 0xA5,       ///< the origin's yes
  fetch = 0xA6,       ///< wants it this time; no body
  join = 0xB0,        ///< a node joins: walks on, and ends where a link to it may begin
  shuffle = 0xB1,     ///< some nodes for some others: walks, and is answered where it ends
  shuffle_reply = 0xB2,
  dial_back = 0xB8,  ///< asks the neighbour to dial this node (dial_back.h)
  dial_back_answer = 0xB9,
  // What opens other paths (paths.h). A call goes to a neighbour; the others open a connection to
  // or from a relay.
  relay_call = 0xC0,    ///< a third to its neighbour: somebody wants you, come to me
  relay_ask = 0xC1,     ///< to a third: join me with that node
  relay_take = 0xC2,    ///< to a third: here I am, for the call of that GUID; no body
  relay_offer = 0xC3,   ///< a third that dialled: somebody wants you
  relay_joined = 0xC4,  ///< a third: what follows comes from the other end; no body
  block_list = 0xC8,    ///< of a moderator, signed
  block_list_version = 0xC9,
  browse = 0xD8,       ///< asks a neighbour for a page of what it shares (browse.h)
  browse_page = 0xD9,  ///< the page
  tally = 0xDC,        ///< what came of copies of a query (tally.h)
  // On connections about torrents alone (publication.h).
  torrent_ask = 0xE0,     ///< do you serve it, or will you?
  torrent_answer = 0xE1,  ///< no, show me, wait, or yes
  torrent_record = 0xE2,  ///< a part of the publication record
};

struct FrameHeader {
  Guid guid;
  FrameType type = FrameType::ping;
  std::uint8_t ttl = 0;   ///< links that the frame may still travel, this one included
  std::uint8_t hops = 0;  ///< links travelled before this one
  std::uint32_t body_bytes = 0;
};

using EncodedHeader = std::array<Byte, kFrameHeaderBytes>;

inline void encode_header(const FrameHeader& header, Byte* to) {
  std::memcpy(to, header.guid.bytes.data(), Guid::kSize);
  to[16] = static_cast<Byte>(header.type);
  to[17] = header.ttl;
  to[18] = header.hops;
  store_le(header.body_bytes, to + 19);
}

/// REQUIRES: 23 bytes at `from`. Every pattern is a header; whether it is acceptable is the
/// reader's to judge.
inline FrameHeader decode_header(const Byte* from) {
  FrameHeader header;
  std::memcpy(header.guid.bytes.data(), from, Guid::kSize);
  header.type = static_cast<FrameType>(from[16]);
  header.ttl = from[17];
  header.hops = from[18];
  header.body_bytes = load_le<std::uint32_t>(from + 19);
  return header;
}

}  // namespace freshet::wire
