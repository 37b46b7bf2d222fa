// What may be read of a stream where there is a limit: tokens that come back with time, and a debt
// where one read brought more than was there. Filled every fifth of a second or so, so it saves up
// more than core::transfer::TokenBucket does. Sans-IO.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>

#include "node/base/time.h"

namespace freshet::io {

class ReadAllowance {
 public:
  /// Now and then: what came back at this rate (bytes a second; 0: no limit) since the last call,
  /// half a second's worth at most. A limit begins with nothing.
  void refill(std::uint64_t rate, TimePoint now) {
    const bool had_limit = std::exchange(is_limited_, rate != 0);
    const auto passed = std::chrono::duration<double>(now - std::exchange(filled_at_, now));
    const auto more = static_cast<std::int64_t>(static_cast<double>(rate) * passed.count());
    const auto most = static_cast<std::int64_t>(rate / 2);
    bytes_ = had_limit && is_limited_ ? std::min(bytes_ + more, most) : 0;
  }
  void spend(std::size_t bytes) {
    if (is_limited_) bytes_ -= static_cast<std::int64_t>(bytes);
  }
  [[nodiscard]] bool is_spent() const { return is_limited_ && bytes_ <= 0; }

 private:
  std::int64_t bytes_ = 0;
  TimePoint filled_at_{};
  bool is_limited_ = false;
};

}  // namespace freshet::io
