// How a query is passed on. A strategy chooses among the neighbours; the router does everything
// else (duplicates, TTL, reverse routes, counting), so that every strategy obeys the same rules.
#pragma once

#include <algorithm>
#include <cstdint>

#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/tally.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

/// A query at this node that may travel on.
struct Passing {
  /// As copies of it leave. REQUIRES: ttl > 0.
  const wire::FrameHeader& header;
  ByteView body;           ///< borrowed as long as the effects are
  LinkId from;             ///< where this copy came from; kSelfLink at the origin
  LinkId route;            ///< where the first copy came from: the way of its hits
  Tally* tally = nullptr;  ///< where copies are noted, if that is wished
};

/// Collects the links that get a copy, and makes one Relay of those that have room for it. Nothing
/// else may be sent between its making and finish().
class Fanout {
 public:
  Fanout(Turn& turn, const Passing& query)
      : turn_(turn),
        query_(query),
        first_(turn.out.link_count()) {}
  Fanout(const Fanout&) = delete;
  Fanout& operator=(const Fanout&) = delete;
  ~Fanout() = default;

  /// Whether a copy may go there: the link is up, and the query did not come from it.
  [[nodiscard]] bool allows(const Link& link) const {
    return link.id != query_.from && link.state == LinkState::up;
  }
  /// REQUIRES: allows(link).
  void add(Link& link);
  /// The copies so far, those that wait for room included. No add() after it.
  std::uint32_t finish();

 private:
  Turn& turn_;
  const Passing& query_;
  std::uint32_t first_;
  std::uint32_t sent_ = 0;
  std::uint32_t copies_ = 0;
};

class Strategy {
 public:
  Strategy() = default;
  Strategy(const Strategy&) = delete;
  Strategy& operator=(const Strategy&) = delete;
  virtual ~Strategy() = default;

  /// Sends copies to the links that get one. Returns how many, those that wait for room included.
  virtual std::uint32_t pass_on(Turn& turn, const Passing& query) = 0;
  /// Does what is due.
  virtual void run(Turn& /*turn*/) {}
  /// When run() must be called next: early perhaps, never late. TimePoint::max(): nothing is
  /// pending.
  [[nodiscard]] TimePoint next() const { return wake_at_; }
  /// A link is gone. `was_branch`: of the tree.
  virtual void forget(Turn& /*turn*/, LinkId /*link*/, bool /*was_branch*/) {}
  /// Of all that will show in what it does.
  [[nodiscard]] virtual std::uint64_t digest() const = 0;

 protected:
  void wake_by(TimePoint time) { wake_at_ = std::min(wake_at_, time); }
  void sleep() { wake_at_ = TimePoint::max(); }

 private:
  TimePoint wake_at_ = TimePoint::max();
};

/// Gnutella 0.4: to every neighbour. What ring does at every node but the origin, too.
std::uint32_t flood(Turn& turn, const Passing& query);

}  // namespace freshet::core::overlay
