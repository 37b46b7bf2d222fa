// How many blocks may be in flight on one link: some at first and one more for each that came, so
// that they double with each way there and back (as TCP's slow start, RFC 5681), then what the link
// delivers in Config::window_time, or in the time that its way there and back takes where that is
// longer.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/time.h"
#include "node/core/transfer/config.h"

namespace freshet::core::transfer {

class Window {
 public:
  explicit Window(const Config& config) : blocks_(config.initial_window) {}

  /// The peer answered at once, and it took so long.
  void answered(Duration span);
  /// Blocks were asked while none was in flight: what lies before does not count as slowness.
  void resume(TimePoint now);
  struct Block {
    std::uint32_t bytes = 0;
    Duration took{};            ///< since it was asked for
    std::size_t in_flight = 0;  ///< blocks that the link owed until then, it included
  };
  void delivered(const Config& config, const Block& block, TimePoint now);
  [[nodiscard]] std::uint32_t blocks() const { return blocks_; }
  /// Just enough to keep the link busy: what it delivers in 60 ms, or in twice the shortest time
  /// that an answer or a first block took; no more than blocks(). REQUIRES: is_measured().
  [[nodiscard]] std::uint32_t lean_blocks(const Config& config) const;
  /// Whether the link's rate is known.
  [[nodiscard]] bool is_measured() const { return rate_ > 0; }
  /// Bytes a second; 0 while that is not known.
  [[nodiscard]] std::uint64_t rate() const { return rate_; }
  /// What a block takes at the link's rate; 0 while that is not known.
  [[nodiscard]] Duration block_time() const;
  /// What the first block takes where none was on its way, as seen last; 0 while none came so.
  [[nodiscard]] Duration first_took() const { return first_took_; }

 private:
  void restart(TimePoint now);
  [[nodiscard]] std::uint32_t next_blocks(const Config& config) const;

  std::uint32_t blocks_;
  Duration first_took_{};
  bool is_first_ = false;          ///< nothing came since resume()
  std::optional<Duration> delay_;  ///< the shortest that something took then, or an answer
  TimePoint since_{};
  std::uint64_t bytes_ = 0;                ///< that came behind it
  Duration least_took_ = Duration::max();  ///< of those
  std::uint64_t rate_ = 0;                 ///< bytes a second, smoothed; 0: not measured
};

}  // namespace freshet::core::transfer
