// How far a search widens next: the origin's side of expanding rings and dynamic querying (Lv et
// al. 2002; Gnutella's "Dynamic Query Protocol", A. Fisk, 2003). Pure arithmetic on estimates;
// sends nothing.
#pragma once

#include <cstdint>

#include "node/base/time.h"

namespace freshet::core::overlay {

/// What an origin can guess of the mesh around it.
struct MeshView {
  double degree = 0;            ///< links of this node; at least 1
  double branching = 0;         ///< further links of a neighbour, mean
  Duration round_trip{};        ///< to a neighbour and back, mean
  Duration deviation{};         ///< of round trips from that, standard
  std::uint32_t measured = 0;   ///< round trips that these two are estimated from
  std::uint8_t tree_depth = 0;  ///< links between this node and where the tree began; 0: not known
};

/// Nodes within `ttl` links, in a mesh that never closes: an upper bound, good for small TTLs.
double reach(const MeshView& mesh, std::uint8_t ttl);

/// The TTL whose reach is nearest to `nodes` by ratio, at least 1 and at most `limit`.
std::uint8_t ring_reaching(const MeshView& mesh, double nodes, std::uint8_t limit);

/// Where an expanding ring begins: with about so many nodes. A node that asks fewer learns little,
/// one that asks more pays for what nearby nodes would have answered.
inline constexpr double kFirstRingReach = 16;
inline std::uint8_t first_ring(const MeshView& mesh, std::uint8_t limit) {
  return ring_reaching(mesh, kFirstRingReach, limit);
}

/// The next TTL after `ring` brought `found` of `wanted` files: as far as the popularity that was
/// seen says, at least one further; one further when nothing was found. At most `limit`.
std::uint8_t next_ring(const MeshView& mesh,
                       std::uint8_t ring,
                       std::uint32_t found,
                       std::uint32_t wanted,
                       std::uint8_t limit);

/// How long to wait for the answers of a ring: the way out and back over `ttl` links, and as many
/// deviations of it as there is `patience`.
Duration ring_time(const MeshView& mesh, std::uint8_t ttl, double patience);

/// The same with patience enough that an answer hardly ever comes later, the less often the fewer
/// round trips were measured.
Duration sure_ring_time(const MeshView& mesh, std::uint8_t ttl);

}  // namespace freshet::core::overlay
