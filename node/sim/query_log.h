// Follows queries through a simulation: who got each one first from where, how many frames it cost,
// what came back. Watches from outside, so it also knows the way that every hit must take; it never
// asks a node what it remembers.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/prefetch.h"
#include "node/core/search/io.h"
#include "node/sim/network.h"
#include "node/sim/shared_frame.h"

namespace freshet::sim {

/// What one query did.
struct QueryResult {
  struct Hop {
    std::uint64_t first = 0;       ///< nodes that it reached after so many hops
    std::uint64_t duplicates = 0;  ///< copies that arrived where it had been
  };
  struct Hit {
    Duration after{};  ///< since the query was asked
    std::uint8_t hops = 0;
    wire::HitRecord record;
  };

  std::uint64_t query_frames = 0;  ///< Query frames sent, by anyone
  std::uint64_t first = 0;         ///< of them, those that were the first at their node
  std::uint64_t duplicates = 0;    ///< those at nodes that had it, the origin among them
  std::uint64_t hit_frames = 0;    ///< QueryHit frames sent, by anyone
  std::uint64_t bytes = 0;         ///< of all these frames, headers included
  NodeIndex reached = 0;           ///< distinct nodes that got it, the origin not counted
  std::vector<Hop> per_hop;        ///< [0] is empty: the origin
  std::vector<Hit> hits;           ///< in order of arrival; the origin's own files with hops 0
};

class QueryLog {
 public:
  /// Queries followed at one time; more are not allowed.
  static constexpr std::size_t kMaxTracked = 16;

  explicit QueryLog(NodeIndex nodes) : nodes_(nodes) {}

  /// Begins to follow a query that `origin` is about to ask. nullopt when kMaxTracked are followed.
  std::optional<std::uint16_t> begin(NodeIndex origin, TimePoint now);
  /// The name under which the origin's search engine knows it.
  [[nodiscard]] core::search::AskId ask_of(std::uint16_t track) const {
    return tracked_[track].ask;
  }
  /// The GUID that the origin gave it.
  void name(std::uint16_t track, const Guid& guid);
  /// kNoTrack when no such query is followed.
  [[nodiscard]] std::uint16_t find(const Guid& guid) const;

  void sent(const SharedFrame& frame, std::uint32_t copies);
  /// A copy reached `node`, which is alive.
  void arrived(const SharedFrame& frame, NodeIndex node, LinkId from, std::uint8_t hops);
  void hit(const core::search::Hit& hit, TimePoint now);

  /// Things under way that belong to a query: frames, and answers of its lookups.
  void departs(std::uint16_t track, std::uint32_t count = 1) {
    if (track != kNoTrack) tracked_[track].under_way += count;
  }
  void lands(std::uint16_t track) {
    if (track != kNoTrack) --tracked_[track].under_way;
  }
  [[nodiscard]] bool is_done(std::uint16_t track) const { return tracked_[track].under_way == 0; }

  /// The link on which `node` first got the query: where its hits go. nullopt: it did not get it.
  [[nodiscard]] std::optional<LinkId> came_from(std::uint16_t track, NodeIndex node) const;
  /// Fetches what arrived() will touch; changes nothing.
  void prefetch(std::uint16_t track, NodeIndex node) const {
    if (track != kNoTrack) core::prefetch_line(&tracked_[track].came_from[node]);
  }
  /// Ends the following. REQUIRES: is_done(track).
  QueryResult take(std::uint16_t track);

 private:
  static constexpr std::uint32_t kNowhere = 0xFFFFFFFF;

  struct Tracked {
    bool in_use = false;
    bool is_named = false;
    Guid guid;
    core::search::AskId ask;
    NodeIndex origin = kNoNode;
    TimePoint asked;
    std::uint64_t under_way = 0;
    std::vector<std::uint32_t> came_from;  ///< link by node
    QueryResult result;
  };

  NodeIndex nodes_;
  std::uint32_t next_ask_ = 1;
  std::vector<Tracked> tracked_;
};

}  // namespace freshet::sim
