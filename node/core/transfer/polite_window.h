// How many bytes may be in flight on a link that gives way to other traffic: LEDBAT (RFC 6817), at
// the receiving end. What a block takes from its request to its arrival, less the least that one
// ever took, is what waits somewhere on the way or at the source, this link's own blocks included.
// The window grows while less than kTarget waits, and shrinks with more.
//
// A window of less than a block is one block now and then: on a slow link even one at a time is
// more than a fair share.
//
// Beside the RFC: the delay is that of a round trip, since both ends' clocks are not one. The
// window shrinks in proportion to its size, by half in a round trip at most, and now and then it is
// emptied to see the way without this link's own blocks, as in draft-irtf-iccrg-ledbat-plus-plus:
// otherwise they would pass for part of the way within ten minutes.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>

#include "node/base/time.h"

namespace freshet::core::transfer {

class PoliteWindow {
 public:
  /// What may wait: well below 100 ms, RFC 6817's most, because queues in a LAN are short.
  static constexpr Duration kTarget = std::chrono::milliseconds(25);
  /// The base delay is the least of so many minutes.
  static constexpr std::size_t kMinutes = 10;
  static constexpr Duration kMinute = std::chrono::minutes(1);
  /// The current delay is the least of so many blocks in a row.
  static constexpr std::size_t kRecent = 4;

  explicit PoliteWindow(TimePoint now);

  /// A block came. `in_flight`: bytes that the link owed until then, it included.
  void delivered(std::uint32_t bytes, std::uint64_t in_flight, TimePoint asked_at, TimePoint now);
  /// What was asked did not come in time.
  void lost();

  /// One at least, and no more than bytes say.
  [[nodiscard]] std::uint32_t blocks() const;
  /// Where the window is less than a block, the next one waits its time: nothing is asked before.
  [[nodiscard]] TimePoint ready_at() const;
  /// What waits on the way, as seen last.
  [[nodiscard]] Duration queueing() const { return queueing_; }

 private:
  [[nodiscard]] Duration delay() const;
  void see(Duration took, TimePoint now);
  [[nodiscard]] Duration base() const;
  void grow(std::uint64_t by);
  void steer(std::uint64_t bytes, bool is_used);

  std::uint64_t bytes_;
  bool starting_ = true;  ///< grows by what comes, until something waits
  bool looking_ = false;  ///< one block at a time, until one was alone on the way
  TimePoint minute_at_;   ///< when base_[0]'s minute began
  TimePoint arrived_at_{};
  Duration queueing_{};
  std::array<Duration, kMinutes> base_;  ///< the least of each minute, the present one first
  std::array<Duration, kRecent> recent_;
  std::size_t seen_ = 0;
};

}  // namespace freshet::core::transfer
