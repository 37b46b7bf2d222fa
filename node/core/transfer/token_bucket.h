// A rate in bytes a second, kept by tokens: each byte takes one, and they come back with time.
// Holds at most a tenth of a second's worth, so that a pause is not made up for by a burst.
// Integers only; knows no clock.
#pragma once

#include <cstdint>
#include <limits>

#include "node/base/time.h"

namespace freshet::core::transfer {

class TokenBucket {
 public:
  static constexpr std::uint64_t kUnlimited = std::numeric_limits<std::uint64_t>::max();
  /// Beyond it a rate means no limit: one hundred gigabytes a second.
  static constexpr std::uint64_t kMaxRate = 100'000'000'000;
  /// With less a source would pass for a stalled one: a block a second.
  static constexpr std::uint64_t kLeastRate = 16'384;
  /// What a user may ask for.
  static constexpr bool is_sensible(std::uint64_t rate) {
    return rate == 0 || (rate >= kLeastRate && rate <= kMaxRate);
  }

  /// 0: no limit. A new rate begins with what the old one had, as far as it fits.
  void set_rate(std::uint64_t bytes_per_second, TimePoint now);
  [[nodiscard]] std::uint64_t rate() const { return rate_; }

  /// Bytes that may go now; kUnlimited without a limit. REQUIRES: time does not go back.
  std::uint64_t available(TimePoint now);
  /// Takes what goes; more than is available leaves none.
  void take(std::uint64_t bytes, TimePoint now);
  /// What was taken did not go after all.
  void give_back(std::uint64_t bytes);
  /// When so much may go that it is worth waking up: a fiftieth of a second's worth, at least one
  /// block. TimePoint::min() without a limit.
  [[nodiscard]] TimePoint worthwhile_at() const;

 private:
  [[nodiscard]] std::uint64_t capacity() const;
  void refill(TimePoint now);

  std::uint64_t rate_ = 0;
  std::uint64_t tokens_ = 0;
  TimePoint filled_at_{};  ///< up to when time was turned into tokens
};

}  // namespace freshet::core::transfer
