// The bodies by which nodes that cannot dial one another find another path: Push, and what opens a
// relay through a third. As bodies.h: decoders take any bytes and return nullopt for what is
// malformed or beyond the limits; encoders leave out addresses that mean nothing elsewhere.
#pragma once

#include <optional>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"

namespace freshet::wire {

inline constexpr std::size_t kMaxPathAddresses = 8;
/// The longest of these bodies that is read.
inline constexpr std::uint32_t kMaxPathBodyBytes = 512;

struct Push {
  NodeKey target;  ///< who is to dial
  NodeKey origin;  ///< whom to dial
  std::vector<Endpoint> addresses;
  ContentId content;
};
struct RelayAsk {
  NodeKey target;
  std::vector<Endpoint> addresses;
};
struct RelayCall {
  NodeKey origin;
  std::vector<Endpoint> addresses;
};

Bytes encode(const Push& push);
Bytes encode(const RelayAsk& ask);
Bytes encode(const RelayCall& call);
std::optional<Push> decode_push(ByteView body);
std::optional<RelayAsk> decode_relay_ask(ByteView body);
std::optional<RelayCall> decode_relay_call(ByteView body);

/// Whom a QueryHit's body claims to be from, read without decoding it.
std::optional<NodeKey> node_of_hit(ByteView body);

}  // namespace freshet::wire
