// The daemon's pump with the clock of a testbed: when timers pass, and as of when.
#include "node/io/host/pump.h"

#include <chrono>
#include <optional>
#include <vector>

#include <asio/io_context.hpp>
#include <doctest/doctest.h>

#include "node/core/node.h"

namespace freshet::io {
namespace {

using std::chrono::hours;

struct TimesOfEffects : Performer {
  void perform(core::Effect& /*effect*/, const core::EffectBuffer& /*buffer*/) override {
    seen.push_back(pump->current());
  }
  Pump* pump = nullptr;
  std::vector<TimePoint> seen;
};

/// A node with one link that began an hour ago, and has pings to send since.
struct Begun {
  explicit Begun(Duration grace)
      : pump(io,
             node,
             effects,
             {.start = std::chrono::steady_clock::now() - hours(1), .grace = grace}) {
    effects.pump = &pump;
    core::overlay::LinkUp up;
    up.link = LinkId{1};
    up.peer.bytes[0] = 1;
    up.room_bytes = 1U << 20U;
    pump.deliver_at(core::overlay::Input(up), TimePoint{});
    deadline = node.next_deadline();
    REQUIRE(deadline);
    effects.seen.clear();
  }

  asio::io_context io;
  core::Config config;
  core::Counters counters;
  core::Node node{config, counters, NodeKey{}, Rng(Rng::Key{})};
  TimesOfEffects effects;
  Pump pump;
  std::optional<TimePoint> deadline;
};

}  // namespace

TEST_CASE("a timer with grace passes as of its deadline, however late it is told") {
  Begun begun(Duration{});
  while (begun.effects.seen.empty() && begun.io.run_one() > 0) {
  }
  REQUIRE_FALSE(begun.effects.seen.empty());
  CHECK(begun.effects.seen.front() >= *begun.deadline);
  CHECK(begun.effects.seen.front() < TimePoint(hours(1)));  // it is an hour later by the clock
}

TEST_CASE("within the grace of a timer, what is due before it comes first") {
  Begun begun(hours(2));
  begun.io.poll();
  CHECK(begun.node.next_deadline() == begun.deadline);
  CHECK(begun.effects.seen.empty());
  // It is due before: the timer waits on. What is due after the timer lets it pass first.
  begun.pump.deliver_at(core::overlay::Input(core::overlay::LinkDown{.link = LinkId{2}}),
                        *begun.deadline - Duration(1));
  CHECK(begun.node.next_deadline() == begun.deadline);
  begun.pump.deliver_at(core::overlay::Input(core::overlay::LinkDown{.link = LinkId{2}}),
                        *begun.deadline + Duration(1));
  CHECK(begun.node.next_deadline() != begun.deadline);
}

}  // namespace freshet::io
