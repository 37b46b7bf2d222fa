#include "node/core/overlay/strategy/ring_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace freshet::core::overlay {
namespace {

// An answer that is due at the very instant is waited for. Round trips have the time that nodes
// take in them.
constexpr Duration kTie = std::chrono::nanoseconds(1);

}  // namespace

double reach(const MeshView& mesh, std::uint8_t ttl) {
  double rim = std::max(mesh.degree, 1.0);
  double total = 0;
  for (std::uint8_t hop = 0; hop < ttl; ++hop) {
    total += rim;
    rim *= mesh.branching;
  }
  return total;
}

std::uint8_t ring_reaching(const MeshView& mesh, double nodes, std::uint8_t limit) {
  std::uint8_t ttl = 1;
  // By ratio, because the rings' reaches grow geometrically.
  while (ttl < limit
         && reach(mesh, ttl) * reach(mesh, static_cast<std::uint8_t>(ttl + 1)) < nodes * nodes)
    ++ttl;
  return std::min(ttl, limit);
}

std::uint8_t next_ring(const MeshView& mesh,
                       std::uint8_t ring,
                       std::uint32_t found,
                       std::uint32_t wanted,
                       std::uint8_t limit) {
  auto next = static_cast<std::uint8_t>(ring + 1);
  if (found > 0) {
    const double needed = reach(mesh, ring) * wanted / found;
    while (next < limit && reach(mesh, next) < needed) ++next;
  }
  return std::min(next, limit);
}

Duration ring_time(const MeshView& mesh, std::uint8_t ttl, double patience) {
  const double mean = ttl * static_cast<double>(mesh.round_trip.count());
  const double deviation =
      std::sqrt(static_cast<double>(ttl)) * static_cast<double>(mesh.deviation.count());
  return kTie + Duration(static_cast<Duration::rep>(std::llround(mean + patience * deviation)));
}

Duration sure_ring_time(const MeshView& mesh, std::uint8_t ttl) {
  // As prediction intervals do: the mean is estimated too, and is as far off on each link; and a
  // few samples that happen to be alike say little of how far the next one is.
  const double samples = std::max(mesh.measured, 2U);
  const double estimated = std::sqrt((1 + ttl / samples) * samples / (samples - 1));
  return ring_time(mesh, ttl, (3 + 20 / samples) * estimated);
}

}  // namespace freshet::core::overlay
