// How much of a link's bulk lies ahead of its socket: what the link sends in a few milliseconds.
// Enough that it is never idle; more would stand before what is asked for next, and before all that
// is called off, as a seeking reader's and a swarm's requests are.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>

namespace freshet::io {

class SendAhead {
 public:
  static constexpr std::size_t kLeast = std::size_t{64} << 10U;  ///< three blocks and their headers
  static constexpr std::size_t kFirst = std::size_t{256} << 10U;
  static constexpr std::size_t kMost = std::size_t{2} << 20U;

  [[nodiscard]] std::size_t bytes() const { return bytes_; }
  /// Half of it went within `span`, idle time included. True when bytes() is another one now.
  bool half_went(std::chrono::nanoseconds span) {
    const std::size_t before = bytes_;
    if (span < kShort) bytes_ = std::min(2 * bytes_, kMost);
    if (span > kLong) bytes_ = std::max(bytes_ / 2, kLeast);
    return bytes_ != before;
  }

 private:
  // 256 KiB stay at 1 Gbit/s. A doubled half takes twice as long, which must not be too long.
  static constexpr std::chrono::milliseconds kShort{1};
  static constexpr std::chrono::milliseconds kLong{4};

  std::size_t bytes_ = kFirst;
};

}  // namespace freshet::io
