// What queries that wish a tally reached and cost, told back by one aggregated frame a link.
//
// The rules are those of Dijkstra and Scholten's termination detection ("Termination Detection for
// Diffusing Computations", 1980), with sums that travel along. Every copy is answered for once:
//   - The copy that made a node pass the query on hangs the node below its sender. That one is
//   answered when all copies that the node sent are answered for, with the sum of what they and it
//   came to.
//   - Any other copy is answered at once: a duplicate. Two first copies that cross on a link answer
//   for each other, without a frame: both ends know, for frames of a link keep their order.
//   - A copy that makes a node pass the query on once more (a higher TTL, a wider ring) takes the
//   place of the one that it hung by, which is answered at that moment with what came so far.
// So a flood through N nodes costs about N - 1 of these frames, of some 35 bytes, and the sums are
// exact where nothing was lost. What is not answered for in time (a lost frame, a dead node), or
// went to a neighbour that knows no tallies, is counted as silent: then the sums are what was
// reached at least. Patience grows with the TTL left, so that a node answers before the one that
// waits for it gives up. What comes too late goes on to the origin all the same.
//
// By tree, nodes that were told of a query may fetch it later, when nobody counts any more: the
// tally then says `open`. A walker that waits for its origin's word keeps its node waiting, too.
//
// Neighbours can lie. Numbers are bounded and added without overflow, the origin sees whether
// copies sent and received agree, and a liar is not otherwise found out.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "node/core/overlay/tally.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class Tallies {
 public:
  static constexpr std::size_t kMaxTallies = 64;  ///< the oldest that is done gives way

  /// This node is about to send copies of a query of its own. nullptr: too many at a time.
  Tally* begin(Turn& turn, const Guid& guid, std::uint8_t ttl);
  /// This node asked, and sends nothing: nobody else is reached.
  static void tell_nobody(Turn& turn, const Guid& guid, std::uint32_t ask);

  struct Copy {
    bool is_first = false;   ///< the node did not know the query
    bool goes_on = false;    ///< it knew it, and passes it on once more
    bool may_cross = false;  ///< its strategy lets copies cross
  };
  /// A copy came, and was not passed on yet. nullptr: it is not tallied here.
  Tally* on_copy(Turn& turn, Link& from, const wire::FrameHeader& header, const Copy& copy);
  /// Answers if nothing is awaited any more. After copies went out, and whenever some are answered.
  void settle(Turn& turn, Tally& tally);
  /// A Tally frame. False: malformed.
  bool on_frame(Turn& turn, const Link& from, const wire::FrameHeader& header, ByteView body);
  /// nullptr when it is not tallied here.
  [[nodiscard]] Tally* find(const Guid& guid);
  /// The origin is not at it any more.
  static void on_end(Turn& turn, Tally& tally);
  /// Calls `visit` with each.
  template <typename Visit>
  void each(Visit visit) const {
    for (const auto& tally : tallies_) visit(*tally);
  }

  void run(Turn& turn);
  [[nodiscard]] TimePoint next() const { return wake_at_; }
  void forget(Turn& turn, LinkId link);
  [[nodiscard]] std::uint64_t digest() const;

 private:
  Tally* make(Turn& turn, const Guid& guid, LinkId route);
  void hang_below(Turn& turn, Tally& tally, const Link& parent, std::uint8_t ttl);
  static void answer(Turn& turn, Tally& tally, LinkId to, std::uint32_t settles);
  void pass_late(Turn& turn, Tally& tally);

  std::vector<std::unique_ptr<Tally>> tallies_;  ///< oldest first
  TimePoint wake_at_ = TimePoint::max();
};

}  // namespace freshet::core::overlay
