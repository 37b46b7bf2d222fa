#include "node/core/overlay/strategy/mesh_view.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <utility>

namespace freshet::core::overlay {
namespace {

struct Mean {
  double count = 0;
  double sum = 0;
  double squares = 0;
  void add(double value) {
    ++count;
    sum += value;
    squares += value * value;
  }
  [[nodiscard]] double mean() const { return sum / count; }
  [[nodiscard]] double deviation() const {
    return std::sqrt(std::max(0.0, squares / count - mean() * mean()));
  }
};

Duration from_us(double us) {
  return std::chrono::microseconds(std::llround(us));
}

}  // namespace

MeshView mesh_view(const Turn& turn) {
  double links = 0;
  Mean further;
  Mean round_trip_us;
  for (const Link& link : std::as_const(turn.links).all()) {
    if (link.state != LinkState::up) continue;
    ++links;
    if (link.peer_links > 0) further.add(link.peer_links - 1.0);
    if (link.rtt_us > 0) round_trip_us.add(link.rtt_us);
  }
  MeshView view{.degree = std::max(links, 1.0),
                .branching = std::max(links, 1.0) - 1,
                .round_trip = turn.config.assumed_round_trip};
  if (further.count > 0) view.branching = further.mean();
  if (round_trip_us.count > 0) {
    view.round_trip = from_us(round_trip_us.mean());
    view.deviation = from_us(round_trip_us.deviation());
    view.measured = static_cast<std::uint32_t>(round_trip_us.count);
  }
  return view;
}

}  // namespace freshet::core::overlay
