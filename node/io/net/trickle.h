// When to say something that others may have said already: the Trickle timer (RFC 6206), which
// keeps a crowd as quiet as a few. Time is divided into intervals, each twice as long as the one
// before; in each this node speaks once, at a random moment of the second half, unless it heard
// enough others before.
//
// One thing differs: what is said here is also "I am here", which nobody else can say. So the first
// words after a reset are never suppressed. Pure: time and randomness are arguments.
#pragma once

#include <chrono>
#include <cstdint>

#include "node/base/rng.h"
#include "node/base/time.h"

namespace freshet::io {

class Trickle {
 public:
  enum class Turn : std::uint8_t {
    none,
    speak,
    silent,  ///< others said enough
  };
  struct Config {
    Duration shortest = std::chrono::milliseconds(100);  ///< I_min
    std::uint32_t doublings = 9;                         ///< I_max is 51.2 s
    std::uint32_t redundancy = 3;  ///< k: who heard so many others in an interval is silent in it
  };

  /// Begins at `now` with the shortest interval.
  Trickle(const Config& config, TimePoint now, Rng& rng);
  /// Something changed: begins anew.
  void reset(TimePoint now, Rng& rng);
  /// Another node spoke.
  void heard() { ++heard_; }
  /// When advance() has something to do.
  [[nodiscard]] TimePoint due() const { return had_turn_ ? ends_ : speaks_; }
  /// Moves on to `now`, and says what is to be done: at most one thing, however late it is.
  Turn advance(TimePoint now, Rng& rng);

 private:
  void begin_interval(TimePoint at, Duration length, Rng& rng);

  Config config_;
  Duration length_{};
  TimePoint speaks_;
  TimePoint ends_;
  std::uint32_t heard_ = 0;
  bool had_turn_ = false;    ///< in this interval
  bool introduced_ = false;  ///< spoke since the last reset
};

}  // namespace freshet::io
