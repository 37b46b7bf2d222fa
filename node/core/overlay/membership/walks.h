// Frames that walk from node to node at random: joins, which end where a link to the joining node
// may begin, and shuffles, by which nodes trade some of the addresses that they know. Source:
// Leitao, Pereira, Rodrigues, HyParView (DSN 2007), sections 4.2 (ForwardJoin) and 4.4 (Shuffle);
// the passive view is the host cache. Frames go only to neighbours that take part.
#pragma once

#include <cstdint>

#include "node/core/overlay/dial_plan.h"
#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/guard/token_bucket.h"
#include "node/core/overlay/membership/walk_routes.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class Walks {
 public:
  /// Nodes that one side of a shuffle names; the node that shuffles is named beside them.
  static constexpr std::size_t kShuffleNodes = 4;
  /// Dials that joins of others cause: a relay cannot aim a mesh at a stranger.
  static constexpr Rate kWelcomes = {.interval = std::chrono::seconds(2), .burst = 8};

  /// The peer of `joined`, which has no other link, is made known to the mesh.
  static void spread_join(Turn& turn, DialPlan& dials, const Link& joined);
  /// Begins a shuffle with a neighbour, if there is anything to tell.
  void shuffle(Turn& turn, DialPlan& dials);
  /// A join, a shuffle or an answer. `places`: links that this node takes. REQUIRES: TTL at least
  /// 1. False: malformed.
  bool on_frame(
      Turn& turn, DialPlan& dials, const Link& from, const Frame& frame, std::size_t places);

  [[nodiscard]] const WalkRoutes& routes() const { return routes_; }
  void digest(Digest& digest) const;

 private:
  void on_join(Turn& turn,
               DialPlan& dials,
               const Link& from,
               const wire::FrameHeader& header,
               const wire::PongNode& node,
               std::size_t places);
  void on_shuffle(Turn& turn,
                  DialPlan& dials,
                  const Link& from,
                  const wire::FrameHeader& header,
                  std::vector<wire::PongNode> nodes);
  void on_reply(Turn& turn,
                DialPlan& dials,
                const wire::FrameHeader& header,
                const std::vector<wire::PongNode>& nodes);

  WalkRoutes routes_;
  TokenBucket welcomes_;
};

}  // namespace freshet::core::overlay
