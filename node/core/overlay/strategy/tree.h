// A broadcast tree that grows out of the flood (Plumtree: Leitao, Pereira, Rodrigues, "Epidemic
// Broadcast Trees", 2007). One tree for all origins: links are eager or lazy, whoever asks.
//   - A query goes to the eager links; at first all are. A copy of what a node had already makes
//   its link
//     lazy on both sides: the sender learns it by its own duplicate when copies crossed, else by
//     Prune.
//   - On lazy links the query is announced (23 bytes), after half to all of announce_delay, and
//   only if
//     the neighbour did not show meanwhile that it has it.
//   - What was announced and does not come is fetched: Graft makes the link eager and brings the
//   query.
//     So a broken branch is replaced by the very query that missed it.
// TTL holds: a node that the tree reaches only with a used-up TTL grafts from a neighbour whose
// copy may still travel, and the flood's reach is kept. Frames: Announce's TTL and hops are those
// that a copy on that link would have.
#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "node/core/overlay/strategy/strategy.h"

namespace freshet::core::overlay {

class Tree final : public Strategy {
 public:
  void pass_on(Turn& turn, const Passing& query, Fanout& fanout) override;
  void run(Turn& turn) override;
  void forget(LinkId link) override;

  /// A copy came by the tree (here `query.header.ttl` may be 0). `is_new`: the first of this query,
  /// or the first since its origin turned to the tree. Whether it is to be passed on: it is new, or
  /// may travel further than the one that came before.
  bool take(Turn& turn, const Passing& query, bool is_new);

  /// `seen`: what the router remembers of the query, nullptr when it never came.
  void on_announce(Turn& turn, Link& from, const wire::FrameHeader& header, const Seen* seen);
  void on_graft(Turn& turn, Link& from, const Guid& guid);
  void on_prune(Turn& turn, Link& from, const Guid& guid);

  [[nodiscard]] std::uint64_t digest() const override;

 private:
  /// A query that came by the tree: what grafts are served from, until its time is over.
  struct Held {
    wire::FrameHeader header;  ///< of copies
    Bytes body;
    LinkId from;
    std::vector<LinkId> knowing;  ///< neighbours that showed that they have it
    TimePoint announce_at;
    TimePoint until;
    bool announced = false;
  };
  /// A query that was announced and did not come yet.
  struct Missing {
    struct Offer {
      LinkId link;
      std::uint8_t ttl = 0;
    };
    Guid guid;
    std::vector<Offer> offers;  ///< best first; each is grafted once
    TimePoint due;
  };

  [[nodiscard]] const Held* find(const Guid& guid) const;
  Held* find(const Guid& guid);
  void hold(Turn& turn, const Passing& query);
  /// A shorter way was found: its link is the parent now.
  void move_to(Turn& turn, Held& held, const Passing& query);
  static void prune(Turn& turn, Link& link, const Guid& guid);
  static void on_duplicate(Turn& turn, Held& held, const Passing& query);
  void add_offer(Turn& turn, const Guid& guid, LinkId link, std::uint8_t ttl);
  void announce(Turn& turn, Held& held);
  bool graft_next(Turn& turn, Missing& missing);

  std::deque<Held> held_;         ///< oldest first
  std::vector<Missing> missing_;  ///< in order of arrival
};

}  // namespace freshet::core::overlay
