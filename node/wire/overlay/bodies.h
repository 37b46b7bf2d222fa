// The bodies of the overlay's frames as plain structs, and their codec. Decoders take any bytes:
// they return nullopt for what is malformed, beyond the limits below, or not UTF-8 where text is
// due, and never throw. Encoders REQUIRE values that their decoders take. Schema:
// proto/freshet/overlay/v1/overlay.proto.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/wire/overlay/file_metadata.h"
#include "node/wire/overlay/frame.h"
#include "node/wire/overlay/query_filter.h"

namespace freshet::wire {

inline constexpr std::uint32_t kProtocolVersion = 1;

// Limits on what one body may hold. More makes the body malformed.
inline constexpr std::size_t kMaxNodeNameBytes = 64;
inline constexpr std::size_t kMaxAgentBytes = 64;
inline constexpr std::size_t kMaxPongNodes = 16;
inline constexpr std::size_t kMaxMembers = 16;
inline constexpr std::size_t kMaxByeReasonBytes = 128;
inline constexpr std::size_t kMaxQueryWords = 32;  ///< all of a query's, its filter's included
inline constexpr std::size_t kMaxQueryWordBytes = 256;
/// A longer Query ends the link that it came on.
inline constexpr std::size_t kMaxQueryBodyBytes = 4096;
/// What with_route() may add: strategy, walker and mark. An origin leaves room for it.
inline constexpr std::size_t kMaxRouteBytes = 16;
inline constexpr std::size_t kMaxHitAddresses = 16;
inline constexpr std::size_t kMaxHitFiles = 128;
inline constexpr std::size_t kMaxFileNameBytes = 255;

/// Why a node dialled. A number that is not listed decodes as it is.
enum class Wish : std::uint8_t {
  unsaid = 0,
  link = 1,     ///< it wants links: may be refused, unless it is alone
  welcome = 2,  ///< it heard that the other one joins: refused when that has links enough
  chosen = 3,   ///< its user chose the peer: the link stays
};
/// Bits of Hello.member.
inline constexpr std::uint32_t kTakesPart = 1;  ///< in membership: learns, shuffles, dials
inline constexpr std::uint32_t kIsAlone = 2;    ///< has no other link

struct Hello {
  std::uint32_t version = kProtocolVersion;
  std::string agent;
  std::string name;
  std::uint16_t listen_port = 0;  ///< 0: cannot be dialled
  std::uint32_t tokenizer_version = 0;
  std::uint32_t member = 0;  ///< kTakesPart, kIsAlone
  Wish wish = Wish::unsaid;
  bool browse = false;  ///< answers a Browse (browse.h)
  bool tally = false;   ///< answers for queries that wish it (tally.h)
};

struct PongNode {
  std::optional<NodeKey> key;
  Endpoint address;  ///< scope_id is not sent; link-local addresses mean nothing elsewhere and are
                     ///< not encoded
  std::uint32_t age_s = 0;
};
struct Pong {
  std::vector<PongNode> nodes;
  std::uint32_t links = 0;  ///< of the answering node; 0: it does not say
};

/// Codes follow HTTP's sense, as in Gnutella 0.6.
enum class ByeCode : std::uint16_t {
  leaving = 200,
  malformed = 400,
  offence = 403,
  duplicate = 409,
  full = 503,
};
struct Bye {
  ByeCode code = ByeCode::leaving;  ///< a code that is not listed decodes as it is
  std::string reason;
};

/// Words are already folded by the tokeniser of the asking node. Every term and phrase must match,
/// no excluded word may.
struct Query {
  std::vector<std::string> terms;
  std::vector<std::string> excluded;
  std::vector<std::string> phrases;  ///< folded words separated by one space
  std::optional<ContentId> content;  ///< set: asks who has this content; words are then absent
  std::uint32_t max_hits = 0;  ///< files wanted from each node; 0: the answering node's own limit
  std::uint32_t strategy = 0;  ///< overlay.proto has the numbers; 0: flood
  std::uint32_t walker = 0;    ///< of a walk
  bool tally = false;          ///< every copy is to be answered for (tally.h)
  std::uint32_t enough = 0;    ///< files in all that satisfy the asker; 0: none do
  std::shared_ptr<const QueryFilter> filter;  ///< null in most; not beside `content`
};

/// Of a folder that is offered as one item; claims.
struct FolderFacts {
  std::uint32_t files = 0;       ///< never 0
  std::uint64_t size_bytes = 0;  ///< of all of them
};
struct HitFile {
  std::optional<ContentId> content;  ///< nullopt until the answering node has hashed it
  std::string name;                  ///< bytes; never empty, "." or ".."; no '/' and no NUL
  std::uint64_t size_bytes = 0;      ///< a claim
  /// Set: `content` and `size_bytes` are those of a folder's list (wire/bt/folder_list.h).
  std::optional<FolderFacts> folder = std::nullopt;
  std::shared_ptr<const FileMetadata> metadata = nullptr;  ///< null in most; never empty
};
struct HitRecord {
  NodeKey node;
  std::string name;
  std::vector<Endpoint> addresses;
  std::vector<HitFile> files;
  std::uint64_t issued_s = 0;  ///< by the answering node's clock (core/search/freshness.h)
  std::uint32_t lifetime_s = 0;
  bool bittorrent = false;  ///< answers BitTorrent clients too
};
/// A QueryHit's body: the record decoded, and as sent, for its signature.
struct QueryHit {
  HitRecord record;
  Bytes record_bytes;
  Bytes signature;  ///< empty, or 64 bytes
  /// Not 0: a node that remembered the record sent it, so many links away from record.node.
  std::uint8_t cached_hops = 0;
};

Bytes encode(const Hello& hello);
Bytes encode(const Pong& pong);
Bytes encode(const Bye& bye);
Bytes encode(const Query& query);
/// The record alone, as a signature covers it; and the body that carries it.
Bytes encode_record(const HitRecord& record);
Bytes encode_query_hit(ByteView record, ByteView signature, std::uint8_t cached_hops = 0);

std::optional<Hello> decode_hello(ByteView body);
std::optional<Pong> decode_pong(ByteView body);
std::optional<Bye> decode_bye(ByteView body);
/// The body of a join, a shuffle and its answer. At most kMaxMembers.
Bytes encode_members(const std::vector<PongNode>& nodes);
std::optional<std::vector<PongNode>> decode_members(ByteView body);
std::optional<Query> decode_query(ByteView body);

/// How a query is passed on: what a relay reads of a body.
struct QueryRoute {
  std::uint32_t strategy = 0;
  std::uint32_t walker = 0;
  bool off_tree = false;  ///< of tree: the copy was fetched on its way
  bool tally = false;     ///< the query's wish: read alone, with_route() leaves it
};
/// Reads nothing else and judges nothing: a malformed body floods.
QueryRoute route_of_query(ByteView body);
/// `body` with its route set to this: the last ones in a body count.
Bytes with_route(ByteView body, QueryRoute route);
std::optional<QueryHit> decode_query_hit(ByteView body);

}  // namespace freshet::wire
