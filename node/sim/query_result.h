// What one query did, and what went over all links together. Plain data.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/time.h"
#include "node/core/overlay/io.h"
#include "node/sim/network.h"
#include "node/wire/overlay/bodies.h"

namespace freshet::sim {

/// Frames sent, with their headers.
struct Traffic {
  std::uint64_t frames = 0;
  std::uint64_t bytes = 0;
};
/// By the type byte of the header, whatever types there are.
using TrafficByType = std::array<Traffic, 256>;

struct QueryResult {
  struct OfType {
    wire::FrameType type = wire::FrameType::query;
    Traffic traffic;
  };
  struct Hop {
    std::uint64_t first = 0;       ///< nodes that it reached after so many hops
    std::uint64_t duplicates = 0;  ///< copies that arrived where it had been
  };
  struct Hit {
    Duration after{};  ///< since the query was asked
    std::uint8_t hops = 0;
    wire::HitRecord record;
  };

  NodeIndex origin = kNoNode;
  TimePoint asked;
  NodeIndex alive = 0;  ///< nodes alive when it was asked, the origin among them

  // Sent, by anyone; lost ones too.
  std::uint64_t messages = 0;      ///< every frame under its GUID but hits
  std::uint64_t bytes = 0;         ///< of `messages`, headers included
  std::uint64_t query_frames = 0;  ///< of `messages`: the Query frames
  std::uint64_t hit_frames = 0;    ///< QueryHit frames
  std::uint64_t hit_bytes = 0;
  std::vector<OfType> by_type;  ///< hits too; in order of first use

  // Arrived.
  std::uint64_t first = 0;               ///< Query frames at nodes that did not know it
  std::uint64_t duplicates = 0;          ///< Query frames at nodes that did, the origin among them
  NodeIndex reached = 0;                 ///< distinct nodes that got it, the origin not counted
  std::optional<Duration> last_reached;  ///< when the last of them did, since it was asked
  std::vector<Hop> per_hop;              ///< [0] is empty: the origin

  // What came back, the origin's own files (hops 0) not counted.
  std::uint64_t distinct_hits = 0;  ///< distinct pairs of node and object
  std::optional<Duration> first_hit;
  std::uint8_t first_hit_hops = 0;
  /// What its origin was told of it, at last; nullopt unless the query wished it.
  std::optional<core::overlay::Tallied> tally;
  std::vector<Hit> hits;  ///< in order of arrival, with hops 0 too; empty when not wanted
};

}  // namespace freshet::sim
