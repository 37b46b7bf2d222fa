// Who is in a swarm: which leechers ride free or play a strategy, what each can send and receive,
// and when it comes. Drawn from the seed by name; the same whatever the choker.
#pragma once

#include <cstdint>
#include <vector>

#include "node/bench/swarm/results.h"
#include "node/bench/swarm/spec.h"

namespace freshet::bench {

/// Seeds first. Skewed capacities are the same quantiles in each class, so that classes differ by
/// what they do and not by what they have.
std::vector<SwarmPeer> draw_swarm(const SwarmSpec& spec, std::uint64_t seed);

/// The upload capacity below which a share of peers lies, in bytes a second: 65 % have at most 100
/// KB/s, one in ten has more than 400. Download is four times that, and 200 KB/s at least.
std::uint64_t skewed_up(double share);
std::uint64_t skewed_down(std::uint64_t up);

}  // namespace freshet::bench
