#include "node/sim/latency.h"

#include <algorithm>
#include <cmath>

#include "node/base/check.h"

namespace freshet::sim {

LatencySampler::LatencySampler(const LatencyConfig& config, const Rng& rng)
    : kind_(config.kind),
      low_(std::min(config.low, kLongest)),
      range_(static_cast<std::uint64_t>((std::min(config.high, kLongest) - low_).count()) + 1),
      sigma_(config.sigma),
      stream_(rng) {
  FRESHET_CHECK(config.low >= Duration{});
  FRESHET_CHECK(kind_ != LatencyConfig::Kind::uniform || config.low <= config.high);
}

Duration LatencySampler::lognormal() {
  const double drawn = static_cast<double>(low_.count()) * std::exp(sigma_ * normal());
  const auto longest = static_cast<double>(kLongest.count());
  return Duration{static_cast<std::int64_t>(std::min(drawn, longest))};
}

// Marsaglia's polar method.
double LatencySampler::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  double x = 0;
  double y = 0;
  double square = 0;
  do {
    x = 2 * stream_.unit() - 1;
    y = 2 * stream_.unit() - 1;
    square = x * x + y * y;
  } while (square >= 1 || square == 0);
  const double factor = std::sqrt(-2 * std::log(square) / square);
  spare_ = y * factor;
  has_spare_ = true;
  return x * factor;
}

}  // namespace freshet::sim
