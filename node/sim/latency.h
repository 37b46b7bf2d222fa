// How long a frame travels: drawn for each one by samplers of our own, because what the standard
// library's distributions yield differs between implementations.
#pragma once

#include <cstdint>

#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/sim/stream.h"

namespace freshet::sim {

struct LatencyConfig {
  enum class Kind : std::uint8_t { constant, uniform, lognormal };
  Kind kind = Kind::constant;
  Duration low = std::chrono::milliseconds(50);    ///< constant: the latency; lognormal: the median
  Duration high = std::chrono::milliseconds(100);  ///< uniform only: the longest
  double sigma = 0;  ///< lognormal only: standard deviation of the latency's logarithm
};

class LatencySampler {
 public:
  /// No draw is longer, however long the tail.
  static constexpr Duration kLongest = std::chrono::minutes(10);

  /// REQUIRES: latencies are not negative, low <= high where there is a range.
  LatencySampler(const LatencyConfig& config, const Rng& rng);

  /// One way, of the next frame. Within [0, kLongest].
  Duration next() {
    if (kind_ == LatencyConfig::Kind::constant) return low_;
    if (kind_ == LatencyConfig::Kind::uniform)
      return low_ + Duration{static_cast<std::int64_t>(stream_.below(range_))};
    return lognormal();
  }
  /// Frames that leave in order arrive in order.
  [[nodiscard]] bool keeps_order() const { return kind_ == LatencyConfig::Kind::constant; }

 private:
  Duration lognormal();
  double normal();

  LatencyConfig::Kind kind_;
  Duration low_;
  std::uint64_t range_;
  double sigma_;
  double spare_ = 0;  ///< the second of two normal draws
  bool has_spare_ = false;
  Stream stream_;
};

}  // namespace freshet::sim
