#include "node/core/overlay/strategy/mesh_view.h"

#include <algorithm>
#include <chrono>
#include <utility>

namespace freshet::core::overlay {

MeshView mesh_view(const Turn& turn) {
  std::size_t links = 0;
  std::int64_t measured = 0;
  std::int64_t sum_us = 0;
  for (const Link& link : std::as_const(turn.links).all()) {
    if (link.state != LinkState::up) continue;
    ++links;
    if (link.rtt_us == 0) continue;
    ++measured;
    sum_us += link.rtt_us;
  }
  return {.degree = static_cast<double>(std::max<std::size_t>(links, 1)),
          .round_trip = measured > 0 ? Duration(std::chrono::microseconds(sum_us / measured))
                                     : turn.config.assumed_round_trip};
}

}  // namespace freshet::core::overlay
