// A broadcast tree that grows out of the flood (Plumtree: Leitao, Pereira, Rodrigues, "Epidemic
// Broadcast Trees", 2007). One tree for all origins: links are eager or lazy, whoever asks.
//
// Eager push. A query goes to the eager links; at first all are. A copy of what a node had already
// makes its link lazy on both sides: the sender learns it by its own duplicate when copies crossed,
// else by Prune.
//
// Lazy push. On lazy links the query is announced, and only if the neighbour did not show meanwhile
// that it has it. Where the tree is whole nobody waits for that, so announcements are gathered
// (../announcements.h): pings take them along. They go out at once, after one to two of
// announce_delay, where something may be missing: near a node that missed a query or lost a branch
// in the last minute, and for a query whose TTL may end inside the tree, as far as this node has
// seen.
//
// Repair. What was announced and does not come is asked for: Fetch brings the query this time, and
// after kMissesBeforeGraft misses in a row, or when a link is known to be gone, Graft makes the
// link eager as well. (Plumtree grafts at the first miss. Here a miss often means only that the
// tree is too deep for this query's TTL from this origin; the next query would prune what was
// grafted.)
// A node that lost a branch makes its other links branches again (kMaxOffers of them), by a Graft
// that asks for no query (hops 1); the next one prunes what is too much.
//
// TTL holds: a node that the tree reaches only with a used-up TTL fetches from a neighbour whose
// copy may still travel. (One that it reaches with a little TTL left does not, so where the TTL
// ends inside the tree a query may end sooner than a flood's.) A copy that was fetched, here or on
// its way, is marked and changes no link. Announce's TTL and hops are those that a copy on that
// link would have.
#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "node/core/overlay/strategy/strategy.h"

namespace freshet::core::overlay {

class Tree final : public Strategy {
 public:
  static constexpr std::size_t kMaxHeld = 512;     ///< queries that may be asked for
  static constexpr std::size_t kMaxMissing = 512;  ///< announced, and not come yet
  static constexpr std::size_t kMaxOffers = 8;     ///< of one of these

  std::uint32_t pass_on(Turn& turn, const Passing& query) override;
  void run(Turn& turn) override;
  void forget(Turn& turn, LinkId link, bool was_branch) override;

  /// A copy came by the tree (here `query.header.ttl` may be 0). `is_new`: the first of this query,
  /// or the first since its origin turned to the tree. Whether it is to be passed on: it is new, or
  /// may travel further than the one that came before.
  bool take(Turn& turn, const Passing& query, bool is_new);

  /// The neighbour needs no announcement of this query while the tree is whole: nothing can match
  /// there. It hears of it once this link becomes a branch.
  void spare(const Guid& guid, LinkId link);
  /// Links between this node and the origin of the first query that came by the tree; 0 when none
  /// did.
  [[nodiscard]] std::uint8_t depth() const { return depth_; }
  /// Links were lost lately: branches may be broken.
  [[nodiscard]] bool is_shaken(TimePoint now) const { return now < shaken_until_; }

  /// `seen`: what the router remembers of the query, nullptr when it never came.
  void on_announce(Turn& turn, Link& from, const wire::Announced& query, const Seen* seen);
  /// Graft, or Fetch. `tally`: of the query, if there is one.
  void on_request(Turn& turn, Link& from, const wire::FrameHeader& header, Tally* tally);
  void on_prune(Turn& turn, Link& from, const Guid& guid);

  [[nodiscard]] std::uint64_t digest() const override;

 private:
  /// A query that came by the tree: what grafts are served from, until its time is over.
  struct Held {
    wire::FrameHeader header;  ///< of copies
    Bytes body;
    LinkId from;
    std::vector<LinkId> knowing;  ///< neighbours that showed that they have it
    std::vector<LinkId> spared;   ///< neighbours that are not told of it; see spare()
    TimePoint announce_at;
    TimePoint until;
    bool announced = false;
    bool off_tree = false;   ///< it was fetched, here or on its way
    TimePoint missed_since;  ///< when it was first announced, if that was before it came
  };
  /// A query that was announced and did not come yet.
  struct Missing {
    struct Offer {
      LinkId link;
      std::uint8_t ttl = 0;
    };
    Guid guid;
    std::vector<Offer> offers;  ///< best first; each is asked once
    TimePoint since;            ///< when it was first announced
    TimePoint due;
    LinkId asked = kSelfLink;  ///< the last that was asked
    bool grafts = false;       ///< it was asked to become a branch
  };

  /// Whether a copy by way of `query` is worth fetching, if none comes by itself.
  [[nodiscard]] static bool is_missing(const wire::Announced& query,
                                       const Held* held,
                                       const Seen* seen);
  [[nodiscard]] const Held* find(const Guid& guid) const;
  Held* find(const Guid& guid);
  void hold(Turn& turn, const Passing& query);
  /// The query is here: nothing of it is missing. Returns what was, if anything was.
  std::optional<Missing> take_missing(const Guid& guid);
  /// By the tree a query came so long after it was announced: later ones are waited for as long, a
  /// third of the time at most for which others keep them.
  void learn_lag(const Turn& turn, Duration lag);
  /// A shorter way was found: its link is the parent now.
  void move_to(Turn& turn, Held& held, const Passing& query);
  static void prune(Turn& turn, Link& link, const Guid& guid);
  void on_duplicate(Turn& turn, Held& held, const Passing& query);
  void add_offer(Turn& turn, const Guid& guid, LinkId link, std::uint8_t ttl);
  /// One that only `link` offered, else the oldest: who announces what never comes pushes out its
  /// own.
  void drop_one_missing(LinkId link);
  void ask_for_missing(Turn& turn);
  /// The link is a branch from now on. What was to be announced on it, and what it was spared, is
  /// announced at once: no copy of that will go there any more.
  void make_branch(Turn& turn, Link& link);
  /// A query came so far by the tree, or would have to go so far.
  void note_reach(const Turn& turn, int links);
  /// The farthest that is known of, of the last one to two minutes in which queries came.
  [[nodiscard]] int reach() const { return std::max(reach_, reach_before_); }
  /// A frame of the tree's own: all of it is in the header.
  static void send_control(
      Turn& turn, Link& link, const Guid& guid, wire::FrameType type, std::uint8_t hops);
  /// So many round trips to a neighbour, or Config::tree_pause.
  static Duration pause_of(const Turn& turn, std::uint32_t round_trips);
  /// `link`'s peer has it.
  static void showed(Held& held, Link& link);
  void announce(Turn& turn, Held& held);
  /// Whether neighbours off the tree may be waiting to hear of it.
  [[nodiscard]] bool is_urgent(const Turn& turn, const Held& held) const;
  /// Something is missing around here: for a while nothing is gathered.
  void hurry(const Turn& turn);
  void send_gathered(Turn& turn);
  void serve(Turn& turn, Link& to, const Held& held, bool grafts, Tally* tally);
  void graft_around_loss(Turn& turn);
  bool ask_next(Turn& turn, Missing& missing);

  std::deque<Held> held_;        ///< oldest first
  std::deque<Missing> missing_;  ///< in order of arrival
  std::uint8_t depth_ = 0;
  int reach_ = 0;  ///< the farthest that a query came by the tree since reach_since_, in links
  int reach_before_ = 0;  ///< in the minute before
  TimePoint reach_since_{};
  TimePoint shaken_until_{};
  TimePoint hurry_until_{};
  Duration lag_{};           ///< how long the tree lags behind announcements, at most, lately
  std::uint8_t misses_ = 0;  ///< queries in a row that did not come by the tree
};

}  // namespace freshet::core::overlay
