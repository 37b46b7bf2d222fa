// The links that a node can count on when it asks whether it needs more, or has a place: those that
// greeted, and those that it dialled just now, which may yet. Others may be held open for nothing.
#pragma once

#include <cstddef>
#include <optional>

#include "node/base/time.h"
#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

struct HeldLinks {
  std::size_t all = 0;
  std::size_t own = 0;              ///< dialled
  std::optional<TimePoint> doubts;  ///< when the first of those that have not greeted is out of it
};

/// This node dialled, and the peer has not greeted.
[[nodiscard]] inline bool is_greeting_out(const Link& link) {
  return link.state == LinkState::greeting && link.direction == Direction::out;
}
/// A dialled link counts for Config::dial_patience before it greets.
[[nodiscard]] bool is_held(const Turn& turn, const Link& link);
[[nodiscard]] HeldLinks held_links(const Turn& turn);

}  // namespace freshet::core::overlay
