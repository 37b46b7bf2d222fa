// What the world tells the search engine, and what the engine asks of the world.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"
#include "node/core/strategy_id.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::core::search {

/// A search of this node's own user; given by the host.
using AskId = StrongInt<struct AskIdTag, std::uint32_t>;

// ---- inputs

/// Sends a query out by `strategy` and looks into this node's own files too (hops 0). ttl 0: own
/// files only.
struct Ask {
  AskId ask;
  wire::Query query;  ///< its strategy field is set by the overlay
  std::uint8_t ttl = 7;
  StrategyId strategy = StrategyId::flood;
  /// Ring and auto stop widening, and walkers stop, after so many files; 0: they go on to the TTL.
  std::uint32_t wanted = 0;
  /// Of the query, for benchmarks that repeat one another's; otherwise the node draws it.
  std::optional<Guid> guid = {};
};
/// No more hits are wanted.
struct Forget {
  AskId ask;
};
/// Answers a Lookup. May come again for the same one while its query is remembered, when a file got
/// its content id; nothing found needs no answer.
struct Found {
  Guid lookup;
  std::vector<wire::HitFile> files;
};
/// What this node's hits say about it. Until it is known, hits name the key alone.
struct Describe {
  std::string name;
  std::vector<Endpoint> addresses;
  bool bittorrent = false;  ///< it answers BitTorrent clients
};

/// Answers a Seal: the body of a QueryHit, signed.
struct Sealed {
  Guid lookup;
  Bytes body;
};
enum class HitVerdict : std::uint8_t {
  good,
  unsigned_record,
  forged,   ///< the signature is not that node's, or not over these bytes
  expired,  ///< freshness.h
  blocked,  ///< its node, or all of its files, are not wanted here
};
/// Answers a Judge. What is left of the record when it is good.
struct Judged {
  Guid guid;
  std::uint8_t hops = 0;
  HitVerdict verdict = HitVerdict::good;
  wire::HitRecord record;
  std::uint32_t token = 0;  ///< the Judge's
  bool is_cached = false;   ///< QueryHit::cached_hops
};

using Input = std::variant<Ask, Forget, Found, Describe, Sealed, Judged>;

// ---- effects

/// Which of the node's own files match? `limit`: no more than so many are wanted. The answer is
/// Found, at any time.
struct Lookup {
  Guid lookup;
  ByteView query;  ///< well-formed (wire/overlay/query_view.h); borrowed like a relayed body
  std::uint32_t limit = 0;
};
/// A hit for a search of this node's own. hops 0: its own files.
struct Hit {
  AskId ask;
  std::uint8_t hops = 0;
  wire::HitRecord record;
  bool is_cached = false;  ///< from a node that remembered it
};

/// A record of this node's is to be dated and signed, before it goes out as a hit of `lookup`. The
/// answer is Sealed, at any time.
struct Seal {
  Guid lookup;
  wire::HitRecord record;
};
/// A hit came for a search of this node's own, or is to be remembered: is it signed by the node
/// that it names, in time, and wanted? The answer is Judged, at any time.
struct Judge {
  Guid guid;
  std::uint8_t hops = 0;
  wire::QueryHit hit;
  std::uint32_t token = 0;
};

using Effect = std::variant<Lookup, Hit, Seal, Judge>;

}  // namespace freshet::core::search
