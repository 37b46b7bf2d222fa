#include "node/io/host/pump.h"

#include <chrono>
#include <utility>

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>

#include "node/core/deliver.h"

namespace freshet::io {

using SteadyClock = std::chrono::steady_clock;

struct Pump::Impl {
  Impl(asio::io_context& io, core::Node& the_node, Performer& the_performer)
      : node(the_node),
        performer(the_performer),
        timer(io) {}

  core::Node& node;
  Performer& performer;
  asio::steady_timer timer;
  SteadyClock::time_point start = SteadyClock::now();
  core::EffectBuffer scratch;
  std::deque<core::Input> waiting;
  bool delivering = false;
  bool stopped = false;
  std::optional<TimePoint> armed;
};

// What deliver() sees: times come from the steady clock, effects go to the performer.
struct Pump::World {
  Pump& pump;

  [[nodiscard]] TimePoint now() const { return pump.now(); }
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
    impl.timer.expires_at(
        impl.start
        + std::chrono::duration_cast<SteadyClock::duration>(deadline->time_since_epoch()));
    impl.timer.async_wait([&pump = pump](const std::error_code& canceled) {
      if (canceled || pump.impl_->stopped) return;
      pump.impl_->armed.reset();
      pump.deliver(core::DeadlinePassed{});
    });
  }
};

Pump::Pump(asio::io_context& io, core::Node& node, Performer& performer)
    : impl_(std::make_unique<Impl>(io, node, performer)) {}

Pump::~Pump() = default;

TimePoint Pump::now() const {
  return TimePoint(std::chrono::duration_cast<Duration>(SteadyClock::now() - impl_->start));
}

void Pump::stop() {
  impl_->stopped = true;
  impl_->timer.cancel();
}

void Pump::deliver(core::Input input) {
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
