// Follows queries through a simulation: who got each one first from where, how many frames it cost,
// what came back. Watches from outside, so it also knows the way that every hit must take; it never
// asks a node what it remembers. A query that is followed costs 4 bytes a node.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "node/base/ids.h"
#include "node/base/time.h"
#include "node/core/prefetch.h"
#include "node/core/search/io.h"
#include "node/sim/arrival.h"
#include "node/sim/network.h"
#include "node/sim/query_result.h"
#include "node/sim/shared_frame.h"

namespace freshet::sim {

class QueryLog {
 public:
  /// Queries followed at one time; more are not allowed.
  static constexpr std::size_t kMaxTracked = 4096;

  /// What reached a node of all queries that were followed.
  struct Load {
    std::uint64_t frames_in = 0;  ///< every frame but hits
    std::uint64_t hits_in = 0;    ///< QueryHit frames, those that it passed on among them
  };
  struct Options {
    bool keep_hits = true;     ///< QueryResult::hits
    bool count_loads = false;  ///< loads(); 16 bytes a node
  };

  QueryLog(NodeIndex nodes, Options options)
      : nodes_(nodes),
        options_(options),
        loads_(options.count_loads ? nodes : 0) {}

  /// Begins to follow a query that `origin` is about to ask, while so many nodes are alive. nullopt
  /// when kMaxTracked are followed.
  std::optional<std::uint16_t> begin(NodeIndex origin, NodeIndex alive, TimePoint now);
  /// The name under which the origin's search engine knows it.
  [[nodiscard]] core::search::AskId ask_of(std::uint16_t track) const {
    return tracked_[track].ask;
  }
  /// The GUID that the origin gave it.
  void name(std::uint16_t track, const Guid& guid);
  [[nodiscard]] const Guid& guid_of(std::uint16_t track) const { return tracked_[track].guid; }
  /// kNoTrack when no such query is followed.
  [[nodiscard]] std::uint16_t find(const Guid& guid) const;

  void sent(const SharedFrame& frame, std::uint32_t copies) {
    const std::uint64_t bytes = copies * std::uint64_t{frame.frame_bytes()};
    Traffic& all = traffic_[static_cast<std::size_t>(frame.type())];
    all.frames += copies;
    all.bytes += bytes;
    if (frame.track != kNoTrack) count_sent(tracked_[frame.track], frame.type(), copies, bytes);
  }
  /// Bytes of a query went along in a frame that is no query's.
  void carried(const Guid& guid, std::uint64_t bytes);
  /// A copy reached `node`, which is alive.
  void arrived(
      const SharedFrame& frame, NodeIndex node, LinkId from, std::uint8_t hops, TimePoint now) {
    if (frame.track == kNoTrack) return;
    const bool is_hit = frame.type() == wire::FrameType::query_hit;
    if (!loads_.empty()) ++(is_hit ? loads_[node].hits_in : loads_[node].frames_in);
    if (frame.type() == wire::FrameType::query)
      count_query(tracked_[frame.track], node, from, hops, now);
  }
  void hit(const core::search::Hit& hit, TimePoint now);
  void tallied(const core::overlay::Tallied& tally);
  /// The node crashed: what it knew of queries is gone.
  void forgotten_by(NodeIndex node);

  /// Things under way that belong to a query: frames, and answers of its lookups.
  void departs(std::uint16_t track, std::uint32_t count = 1) {
    if (track != kNoTrack) tracked_[track].under_way += count;
  }
  void lands(std::uint16_t track, TimePoint now) {
    if (track != kNoTrack && --tracked_[track].under_way == 0) rests(tracked_[track], now);
  }
  [[nodiscard]] bool is_done(std::uint16_t track) const { return tracked_[track].under_way == 0; }
  /// Since when nothing is under way. REQUIRES: is_done(track).
  [[nodiscard]] TimePoint rests_since(std::uint16_t track) const {
    return tracked_[track].rests_since;
  }
  /// How often any query came to rest so far.
  [[nodiscard]] std::uint64_t rests() const { return rests_; }

  /// The link on which `node` first got the query: where its hits go. nullopt: it did not get it,
  /// or crashed since.
  [[nodiscard]] std::optional<LinkId> came_from(std::uint16_t track, NodeIndex node) const {
    return tracked_[track].arrivals[node].link();
  }
  [[nodiscard]] NodeIndex origin_of(std::uint16_t track) const {
    return tracked_[track].result.origin;
  }
  /// Fetches what arrived() will touch; changes nothing.
  void prefetch(std::uint16_t track, NodeIndex node) const {
    if (track != kNoTrack) core::prefetch_line(&tracked_[track].arrivals[node]);
  }
  /// Whether a copy that arrives after so many hops is probably passed on: it is a query's first at
  /// `node`, or may travel farther than those before.
  [[nodiscard]] bool is_news_to(const SharedFrame& frame, NodeIndex node, std::uint8_t hops) const {
    return frame.track != kNoTrack && frame.type() == wire::FrameType::query
           && hops < tracked_[frame.track].arrivals[node].fewest_hops();
  }
  /// Ends the following. What is still under way is not counted any more.
  QueryResult take(std::uint16_t track);

  /// Of everything, links' own frames (pings) too, since the beginning.
  [[nodiscard]] const TrafficByType& traffic() const { return traffic_; }
  /// By node; empty unless they are counted.
  [[nodiscard]] const std::vector<Load>& loads() const { return loads_; }

 private:
  enum class State : std::uint8_t { free, followed, taken };
  struct Tracked {
    State state = State::free;  ///< taken: waits until nothing is under way
    bool is_named = false;
    Guid guid;
    core::search::AskId ask;
    std::uint64_t under_way = 0;
    TimePoint rests_since;
    std::vector<Arrival> arrivals;              ///< by node
    std::unordered_set<std::uint64_t> objects;  ///< hashes of the distinct hits
    QueryResult result;
  };

  static void count_sent(Tracked& query,
                         wire::FrameType type,
                         std::uint32_t copies,
                         std::uint64_t bytes);
  static void count_query(
      Tracked& query, NodeIndex node, LinkId from, std::uint8_t hops, TimePoint now) {
    QueryResult& result = query.result;
    const std::size_t travelled = hops + std::size_t{1};
    if (result.per_hop.size() <= travelled) result.per_hop.resize(travelled + 1);
    Arrival& arrival = query.arrivals[node];
    if (arrival.is_known()) {
      arrival.came_again_after(hops);
      ++result.duplicates;
      ++result.per_hop[travelled].duplicates;
    } else {
      ++result.per_hop[travelled].first;
      count_first(result, arrival, now);
      arrival = Arrival::on(from, hops);
    }
  }
  static void count_first(QueryResult& result, const Arrival& before, TimePoint now) {
    ++result.first;
    if (!before.never_came()) return;  // it crashed, and came back
    ++result.reached;
    result.last_reached = now - result.asked;
  }
  void rests(Tracked& query, TimePoint now);
  void release(Tracked& query);

  NodeIndex nodes_;
  Options options_;
  std::uint32_t next_ask_ = 1;
  std::uint64_t rests_ = 0;
  std::vector<Tracked> tracked_;
  std::unordered_map<Guid, std::uint16_t, IdHash> by_guid_;  ///< never walked
  TrafficByType traffic_{};
  std::vector<Load> loads_;
};

}  // namespace freshet::sim
