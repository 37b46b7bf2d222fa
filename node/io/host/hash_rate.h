// How fast hashing goes, from what was read by when. Told the time; no clock of its own.
#pragma once

#include <cstdint>
#include <deque>

#include "node/base/time.h"

namespace freshet::io {

class HashRate {
 public:
  /// What the rate is taken over, where there is a look that old.
  static constexpr Duration kWindow = std::chrono::seconds(10);

  /// Work begins after none was there.
  void begin(TimePoint now, std::uint64_t bytes);
  /// So much was read in all by now.
  void look(TimePoint now, std::uint64_t bytes);
  /// Bytes a second, over the window or since begin(). 0: not known.
  [[nodiscard]] double per_second() const;

 private:
  struct Look {
    TimePoint when;
    std::uint64_t bytes;
  };
  std::deque<Look> looks_;  ///< kLeastApart from each other, of the window and one before
};

}  // namespace freshet::io
