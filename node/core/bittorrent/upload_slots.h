// Who among the interested is served now: so many at once, and when more want, each in turn.
// Sans-IO.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "node/base/time.h"

namespace freshet::core::bittorrent {

class UploadSlots {
 public:
  using Id = std::uint64_t;
  struct Turn {
    std::vector<Id> served;   ///< from now on
    std::vector<Id> waiting;  ///< no more
  };
  struct Config {
    std::size_t slots = 16;
    Duration least_time = std::chrono::seconds(20);  ///< before a holder gives way
  };
  explicit UploadSlots(Config config) : config_(config) {}

  /// Interested, or not any more.
  Turn want(Id id, TimePoint now);
  Turn leave(Id id, TimePoint now);
  /// Now and then: who has held a slot longest gives way to who has waited longest.
  Turn rotate(TimePoint now);
  [[nodiscard]] std::size_t served() const { return holders_.size(); }

 private:
  struct Holder {
    Id id = 0;
    TimePoint since;
  };
  void fill(Turn& turn, TimePoint now);

  Config config_;
  std::deque<Holder> holders_;  ///< the longest first
  std::deque<Id> waiting_;      ///< the longest first
};

}  // namespace freshet::core::bittorrent
