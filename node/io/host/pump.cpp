#include "node/io/host/pump.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/deliver.h"

namespace freshet::io {

using SteadyClock = std::chrono::steady_clock;

struct Pump::Impl {
  Impl(asio::io_context& io, core::Node& the_node, Performer& the_performer, PumpClock the_clock)
      : node(the_node),
        performer(the_performer),
        timer(io),
        clock(the_clock) {}

  core::Node& node;
  Performer& performer;
  asio::steady_timer timer;
  PumpClock clock;
  std::optional<TimePoint> at;  ///< of what is handled, where that is not the clock's time
  TimePoint last{};             ///< such a time
  core::EffectBuffer scratch;
  std::deque<core::Input> waiting;
  bool delivering = false;
  bool stopped = false;
  std::optional<TimePoint> armed;
};

// What deliver() sees: times come from the steady clock, effects go to the performer.
struct Pump::World {
  Pump& pump;

  [[nodiscard]] TimePoint now() const { return pump.current(); }
  void perform(core::Effect& effect, const core::EffectBuffer& buffer) const {
    pump.impl_->performer.perform(effect, buffer);
  }
  void arm(std::optional<TimePoint> deadline) const {
    Impl& impl = *pump.impl_;
    if (deadline == impl.armed || impl.stopped) return;
    impl.armed = deadline;
    if (!deadline) {
      impl.timer.cancel();
      return;
    }
    impl.timer.expires_at(pump.real(*deadline + impl.clock.grace.value_or(Duration{})));
    impl.timer.async_wait([&pump = pump, due = *deadline](const std::error_code& canceled) {
      if (canceled || pump.impl_->stopped) return;
      if (pump.impl_->clock.grace) {
        pump.pass_deadlines(due);
        return;
      }
      pump.impl_->armed.reset();
      pump.deliver(core::DeadlinePassed{});
    });
  }
};

Pump::Pump(asio::io_context& io, core::Node& node, Performer& performer, PumpClock clock)
    : impl_(std::make_unique<Impl>(io, node, performer, clock)) {}

Pump::~Pump() = default;

// What was armed is armed anew: it is due sooner by what was slept.
void Pump::woke(Duration slept) {
  impl_->clock.start -= std::chrono::duration_cast<SteadyClock::duration>(slept);
  impl_->armed.reset();
  deliver(core::overlay::Input(core::overlay::Woke{.slept = slept}));
}

TimePoint Pump::now() const {
  const Duration since_start = SteadyClock::now() - impl_->clock.start;
  return TimePoint(since_start / impl_->clock.dilation);
}

TimePoint Pump::current() const {
  return impl_->at ? *impl_->at : now();
}

SteadyClock::time_point Pump::real(TimePoint time) const {
  return impl_->clock.start
         + std::chrono::duration_cast<SteadyClock::duration>(time.time_since_epoch()
                                                             * impl_->clock.dilation);
}

void Pump::stop() {
  impl_->stopped = true;
  impl_->timer.cancel();
}

void Pump::pass_deadlines(TimePoint until) {
  Impl& impl = *impl_;
  while (impl.armed && *impl.armed <= until && !impl.stopped) {
    const TimePoint due = *std::exchange(impl.armed, std::nullopt);
    impl.last = std::max(impl.last, due);
    impl.at = impl.last;
    deliver_now(core::DeadlinePassed{});
    impl.at.reset();
  }
}

void Pump::deliver_at(core::Input input, TimePoint at) {
  Impl& impl = *impl_;
  if (impl.delivering) {
    deliver_now(std::move(input));
    return;
  }
  if (impl.clock.grace) pass_deadlines(at);
  impl.last = std::max(impl.last, at);
  impl.at = impl.last;
  deliver_now(std::move(input));
  impl.at.reset();
}

void Pump::deliver(core::Input input) {
  if (impl_->clock.grace) {
    deliver_at(std::move(input), now());
  } else {
    deliver_now(std::move(input));
  }
}

void Pump::deliver_now(core::Input input) {
  Impl& impl = *impl_;
  if (impl.delivering) {
    impl.waiting.push_back(std::move(input));
    return;
  }
  impl.delivering = true;
  World world{*this};
  core::deliver(impl.node, world, input, impl.scratch);
  while (!impl.waiting.empty()) {
    const core::Input next = std::move(impl.waiting.front());
    impl.waiting.pop_front();
    core::deliver(impl.node, world, next, impl.scratch);
  }
  impl.delivering = false;
}

}  // namespace freshet::io
