// Queries out, hits back: Gnutella's flooding rules. Decodes no body of what it passes on.
//   - A query whose GUID was seen is a duplicate: dropped and counted. Except: a copy with a higher
//   remaining TTL than any
//     before is passed on again and not answered again; otherwise a slow short path would cut off
//     what a fast long one could not reach any more.
//   - Nothing goes back to the link that it came from. TTL - 1 and hops + 1 at each hop; what
//   arrives with TTL 1 stays.
//   - A hit follows its query's GUID back; without a route it is dropped.
// Source: Gnutella 0.4 section "Descriptor Routing"; DESIGN section 2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/turn.h"
#include "node/core/prefetch.h"

namespace freshet::core::overlay {

class Router {
 public:
  /// REQUIRES for both: the header's TTL is at least 1 and TTL + hops is within the limit.
  void on_query(
      Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up);
  void on_hit(Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up);

  /// Sends a query of this node's own to every neighbour. ttl 0: only remembers it as its own.
  /// REQUIRES: a fresh GUID.
  void originate(Turn& turn, const Guid& guid, std::uint8_t ttl, Bytes body);
  /// Sends a hit of this node's own toward the query's origin. False when the way back is not known
  /// or gone.
  bool answer(Turn& turn, const Guid& guid, Bytes body);

  /// Whether `guid` is a query of this node's own that is still remembered.
  [[nodiscard]] bool is_own(const Guid& guid) const;
  /// Fetch the table, and what a look at `guid` will touch; change nothing.
  void prefetch() const { prefetch_line(guids_.get()); }
  void prefetch(const Guid& guid) const {
    if (guids_) guids_->prefetch(guid);
  }

  /// GUIDs in the table.
  [[nodiscard]] std::size_t remembered() const { return guids_ ? guids_->size() : 0; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  GuidTable::Lookup see(Turn& turn, const Guid& guid, Seen seen);
  /// Returns how many copies there are, those that wait for room included.
  static std::uint32_t forward(Turn& turn,
                               LinkId from,
                               const wire::FrameHeader& header,
                               ByteView body);

  std::unique_ptr<GuidTable> guids_;  ///< comes into being with the first query
};

}  // namespace freshet::core::overlay
