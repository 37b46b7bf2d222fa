// Draws from other distributions than the generator's own, the same on every machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::bench {

/// Zipf's weights 1, 1 / 2^s, 1 / 3^s, … of `count` ranks. s = 0: all equal.
std::vector<double> zipf_weights(std::size_t count, double exponent);

/// Indexes in proportion to weights. A draw is a binary search.
class WeightedDraw {
 public:
  /// REQUIRES: at least one weight, none negative, not all zero.
  explicit WeightedDraw(const std::vector<double>& weights);
  std::size_t draw(Rng& rng) const;

 private:
  std::vector<double> sums_;
};

/// Exponential with that mean, at least a nanosecond.
Duration draw_exponential(Rng& rng, Duration mean);

/// `count` different numbers below `bound`, ascending; every choice with the same chance.
/// REQUIRES: count <= bound.
std::vector<std::uint32_t> draw_distinct(Rng& rng, std::uint32_t bound, std::uint32_t count);

/// As many, where a number is chosen one after another in proportion to the weights of those that
/// are left. `draw` is of `weights`, none of which is zero. REQUIRES: count <= weights.size().
std::vector<std::uint32_t> draw_distinct_weighted(Rng& rng,
                                                  const std::vector<double>& weights,
                                                  const WeightedDraw& draw,
                                                  std::uint32_t count);

}  // namespace freshet::bench
