// Whether others can dial this node: asks neighbours to try, and tries for them. A node dials back
// only the address that the asking link comes from, one attempt a link at a time and one in ten
// seconds, so nobody can be aimed at a stranger. The host connects.
#pragma once

#include <chrono>
#include <vector>

#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

class DialBacks {
 public:
  /// Asks up to three neighbours. Each answer becomes a DialBackAnswer effect.
  void ask(Turn& turn);
  /// Frames. Each is false when the body is malformed.
  bool on_request(Turn& turn, Link& link, ByteView body);
  bool on_answer(Turn& turn, const Link& link, ByteView body);
  /// The host's attempt for `link` ended.
  void on_dialled(Turn& turn, LinkId link, bool reached);
  void forget(LinkId link);

  static constexpr std::size_t kAsked = 3;
  static constexpr Duration kPause = std::chrono::seconds(10);

 private:
  struct Served {
    LinkId link;
    TimePoint at;
    bool pending = false;
  };
  std::vector<Served> served_;  ///< as many as there are links at most
  std::vector<LinkId> asked_;   ///< not yet answered
};

}  // namespace freshet::core::overlay
