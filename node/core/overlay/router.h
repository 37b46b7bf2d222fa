// Queries out, hits back: Gnutella's flooding rules. Decodes no body of what it passes on.
//   - A query whose GUID was seen is a duplicate: dropped and counted. Except: a copy with a higher
//   remaining TTL than any
//     before is passed on again and not answered again; otherwise a slow short path would cut off
//     what a fast long one could not reach any more.
//   - Nothing goes back to the link that it came from. TTL - 1 and hops + 1 at each hop; what
//   arrives with TTL 1 stays.
//   - A hit follows its query's GUID back; without a route it is dropped.
//   - To which neighbours a copy goes is the query's strategy's to say (strategy/); the rules above
//   hold for all, but that a walker goes on where it has been.
// Source: Gnutella 0.4 section "Descriptor Routing"; DESIGN section 2.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>

#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/strategy/strategy_set.h"
#include "node/core/overlay/turn.h"
#include "node/core/prefetch.h"

namespace freshet::core::overlay {

class Router {
 public:
  /// REQUIRES for both: the header's TTL is at least 1 and TTL + hops is within the limit.
  void on_query(
      Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up);
  /// False: no query with its GUID came through here.
  bool on_hit(Turn& turn, Link& from, const wire::FrameHeader& header, ByteView body, Upcalls& up);

  /// Begins a search of this node's own. ttl 0: only remembers it as its own. REQUIRES: a fresh
  /// GUID.
  void originate(Turn& turn, const Guid& guid, const SearchPlan& plan, ByteView body);
  /// So many files came in for it; and nobody wants more.
  void found(const Guid& guid, std::uint32_t files);
  void end_search(const Guid& guid);
  /// Whether more copies of it may go out from here, its origin.
  [[nodiscard]] bool is_widening(const Guid& guid) const;
  /// Sends a hit of this node's own toward the query's origin. False when the way back is not known
  /// or gone.
  bool answer(Turn& turn, const Guid& guid, Bytes body);

  /// A frame by which strategies talk. REQUIRES: as for on_query(). False: malformed.
  bool on_strategy_frame(Turn& turn, Link& from, const Frame& frame);
  /// What a Ping, a Pong or an Announce tells of queries. False: malformed.
  bool on_announced(Turn& turn, Link& from, ByteView body);
  void set_words(Turn& turn, std::vector<std::uint32_t> hashes);
  /// Does what is due. A round of a search may be among it.
  void run(Turn& turn);
  /// When run() must be called next: early perhaps, never late.
  [[nodiscard]] TimePoint next() const {
    return strategies_ ? strategies_->next() : TimePoint::max();
  }
  /// A link is gone.
  void forget(Turn& turn, LinkId link, bool was_branch);

  /// Whether `guid` is a query of this node's own that is still remembered.
  [[nodiscard]] bool is_own(const Guid& guid) const;
  /// Fetches what a look at `guid` will touch; changes nothing.
  void prefetch(const Guid& guid) const {
    if (guids_) guids_->prefetch(guid);
  }

  /// GUIDs in the table.
  [[nodiscard]] std::size_t remembered() const { return guids_ ? guids_->size() : 0; }
  [[nodiscard]] std::uint64_t digest() const;

 private:
  /// Makes the table where there is none, and lets its oldest part go when that is due.
  void age_guids(Turn& turn);
  GuidTable::Lookup see(Turn& turn, const Guid& guid, Seen seen) {
    age_guids(turn);
    return guids_->see(guid, seen);
  }
  /// Returns how many copies there are, those that wait for room included.
  std::uint32_t pass_on(Turn& turn, StrategyId how, const Passing& query);
  Tally* tally_copy(Turn& turn,
                    Link& from,
                    const wire::FrameHeader& header,
                    const Seen& seen,
                    Tallies::Copy copy);
  void begin_tally(Turn& turn, const Guid& guid, const SearchPlan& plan);
  Tally* tally_round(Turn& turn, const Round& round);
  void end_tallies(Turn& turn);
  void send_round(Turn& turn, const Round& round, ByteView body);
  void on_announce(Turn& turn, Link& from, const wire::Announced& query);
  bool on_walker_frame(Turn& turn, Link& from, const Frame& frame);
  StrategySet& strategies(const Turn& turn);

  /// REQUIRES: there is a table.
  bool is_over_share(Turn& turn, LinkId from, const wire::FrameHeader& header);
  static Link* way_back(Turn& turn, const Seen& seen, LinkId came_on);

  std::unique_ptr<StrategySet> strategies_;  ///< comes into being with the first search of them
  std::optional<GuidTable> guids_;           ///< with the first query
};

}  // namespace freshet::core::overlay
