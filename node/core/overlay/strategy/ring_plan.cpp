#include "node/core/overlay/strategy/ring_plan.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace freshet::core::overlay {
namespace {

constexpr double kPatience = 1.1;  // of the round trips
constexpr Duration kProcessing = std::chrono::milliseconds(10);

}  // namespace

double reach(const MeshView& mesh, std::uint8_t ttl) {
  const double degree = std::max(mesh.degree, 1.0);
  const double branching = degree - 1;
  double rim = degree;
  double total = 0;
  for (std::uint8_t hop = 0; hop < ttl; ++hop) {
    total += rim;
    rim *= branching;
  }
  return total;
}

std::uint8_t first_ring(const MeshView& mesh, std::uint8_t limit) {
  std::uint8_t ttl = 1;
  // The nearest by ratio: the rings' reaches grow geometrically.
  while (ttl < limit
         && reach(mesh, ttl) * reach(mesh, static_cast<std::uint8_t>(ttl + 1))
                < kFirstReach * kFirstReach)
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

Duration ring_time(const MeshView& mesh, std::uint8_t ttl) {
  const double nanoseconds = kPatience * ttl * static_cast<double>(mesh.round_trip.count());
  return kProcessing + Duration(static_cast<Duration::rep>(std::llround(nanoseconds)));
}

}  // namespace freshet::core::overlay
