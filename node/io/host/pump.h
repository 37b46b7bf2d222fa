// The daemon's side of core::deliver(): one node, the steady clock, one timer. Hands inputs to the
// node one after another, also those that come up while effects are performed.
#pragma once

#include <chrono>
#include <deque>
#include <memory>
#include <optional>

#include "node/base/time.h"
#include "node/core/effects.h"
#include "node/core/io.h"
#include "node/core/node.h"
#include "node/io/asio_fwd.h"

namespace freshet::io {

/// Carries effects out. Called in order; what it borrows holds until it returns.
class Performer {
 public:
  Performer() = default;
  Performer(const Performer&) = delete;
  Performer& operator=(const Performer&) = delete;
  virtual ~Performer() = default;
  virtual void perform(core::Effect& effect, const core::EffectBuffer& buffer) = 0;
};

/// How the node's time passes. Testbeds slow it down, let it be zero at one moment everywhere, and
/// give each input the time at which it was due, however busy the machine is.
struct PumpClock {
  std::chrono::steady_clock::time_point start = std::chrono::steady_clock::now();
  std::int64_t dilation = 1;  ///< real seconds in one of the node's
  /// Set: timers pass as of their deadline, however late they are told, and are told so much later
  /// (in the node's time) that inputs which were due before and are no later than this come first,
  /// unless something that is due later, or at no set time, comes in between.
  std::optional<Duration> grace = {};
};

class Pump {
 public:
  Pump(asio::io_context& io, core::Node& node, Performer& performer, PumpClock clock = {});
  ~Pump();
  Pump(const Pump&) = delete;
  Pump& operator=(const Pump&) = delete;

  /// Delivers `input`, and all that its effects lead to at once. From within perform() the input
  /// waits for its turn; it must not borrow then.
  void deliver(core::Input input);
  /// As of `at`, or of the last time that the node was told, if that is later.
  void deliver_at(core::Input input, TimePoint at);

  /// The machine slept for so long, which the steady clock does not count: the node's time moves on
  /// by it, and the node is told.
  void woke(Duration slept);
  /// Time since the pump's start.
  [[nodiscard]] TimePoint now() const;
  /// The time of the input that is handled; now() when there is none.
  [[nodiscard]] TimePoint current() const;
  [[nodiscard]] std::chrono::steady_clock::time_point real(TimePoint time) const;
  /// No timer fires any more.
  void stop();

 private:
  struct World;
  struct Impl;
  void deliver_now(core::Input input);
  /// Hands over the deadlines that are due by then, each at its time.
  void pass_deadlines(TimePoint until);

  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::io
