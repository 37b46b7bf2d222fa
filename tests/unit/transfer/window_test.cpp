// How much a link may owe.
#include "node/core/transfer/window.h"

#include <algorithm>
#include <deque>

#include <doctest/doctest.h>

#include "node/wire/bt/messages.h"

using namespace freshet;                  // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::transfer;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

// One of as many as the window says.
Window::Block block(Duration took) {
  return {.bytes = wire::bt::kBlockBytes, .took = took, .in_flight = 512};
}

// A link that brings a block every `each`, the first `delay` after it was asked.
Window window_of(const Config& config, Duration delay, Duration each) {
  Window window(config);
  TimePoint now{};
  window.resume(now);
  now += delay;
  for (int i = 0; i < 200; ++i, now += each) window.delivered(config, block(delay), now);
  return window;
}

/// A source that sends one block after another, and is always asked for as many as the window says.
class Asked {
 public:
  Asked(Duration way, Duration each) : way_(way), each_(each) {}

  /// Blocks that came meanwhile.
  std::size_t run(Duration time) {
    const TimePoint end = now_ + time;
    std::size_t came = 0;
    for (ask(); !in_flight_.empty() && in_flight_.front().due < end; ask(), ++came) {
      now_ = in_flight_.front().due;
      const Window::Block block{.bytes = wire::bt::kBlockBytes,
                                .took = now_ - in_flight_.front().asked_at,
                                .in_flight = in_flight_.size()};
      in_flight_.pop_front();
      window_.delivered(config_, block, now_);
    }
    now_ = end;
    return came;
  }
  /// There and back, from now on.
  void set_way(Duration way) { way_ = way; }
  [[nodiscard]] const Window& window() const { return window_; }

 private:
  struct Block {
    TimePoint asked_at;
    TimePoint due;
  };
  void ask() {
    if (in_flight_.empty()) window_.resume(now_);
    if (4 * in_flight_.size() > 3 * window_.blocks()) return;  // requests leave in batches
    while (in_flight_.size() < window_.blocks()) {
      free_at_ = std::max(free_at_, now_ + way_) + each_;
      in_flight_.push_back({.asked_at = now_, .due = free_at_});
    }
  }

  Config config_;
  Window window_{config_};
  Duration way_;
  Duration each_;
  TimePoint now_{};
  TimePoint free_at_{};
  std::deque<Block> in_flight_;
};

}  // namespace

TEST_CASE("a lean window holds little on a near link, and never less than its way takes") {
  const Config config;
  const Window near = window_of(config, 2ms, 5ms);
  CHECK(near.blocks() >= 90);
  CHECK(near.lean_blocks(config) >= 10);
  CHECK(near.lean_blocks(config) <= 14);
  const Window far = window_of(config, 150ms, 5ms);
  CHECK(far.lean_blocks(config) >= 50);  // 30 arrive in one way there and back
  CHECK(far.lean_blocks(config) <= far.blocks());
  const Window slow = window_of(config, 2ms, 400ms);
  CHECK(slow.lean_blocks(config) == config.min_window);
}

TEST_CASE("a new window grows by each block until the link's rate is known") {
  const Config config;
  Window window(config);
  TimePoint now{};
  window.resume(now);
  for (int i = 0; i < 40; ++i) window.delivered(config, block(5ms), now += 1ms);
  CHECK_FALSE(window.is_measured());
  CHECK(window.blocks() == config.initial_window + 40);
}

TEST_CASE("an answer tells how near a link is, though its first block waited long") {
  const Config config;
  Window window(config);
  TimePoint now{};
  window.resume(now);
  window.answered(2ms);
  now += 400ms;  // behind what others had asked for
  for (int i = 0; i < 200; ++i, now += 5ms) window.delivered(config, block(400ms), now);
  CHECK(window.lean_blocks(config) <= 14);
}

TEST_CASE("a link is filled however long its way is") {
  for (const Duration way : {Duration(1ms), Duration(200ms), Duration(450ms), Duration(1200ms)}) {
    CAPTURE(way.count());
    Asked link(way, 5ms);  // 3 MB/s
    link.run(20 * way + 1s);
    CHECK(link.run(10s) >= 1900);
  }
}

TEST_CASE("a way that grows long because of others' traffic does not close the window") {
  Asked link(5ms, 5ms);
  link.run(5s);
  const std::uint32_t before = link.window().blocks();
  link.set_way(800ms);
  link.run(20s);
  CHECK(link.window().blocks() >= before * 8 / 10);
  CHECK(link.run(10s) >= before * 8);  // before / 0.8 s
  link.set_way(5ms);
  link.run(5s);
  CHECK(link.run(10s) >= 1900);
}

TEST_CASE("what waits at a source that is near is a second's worth at most") {
  Asked slow(2ms, 100ms);
  slow.run(30s);
  CHECK(slow.window().blocks() <= 10);
  Asked slower(2ms, 900ms);
  slower.run(60s);
  CHECK(slower.window().blocks() <= 2);
}

TEST_CASE("a link that is never asked for what it may owe keeps the window that it began with") {
  const Config config;
  Window window(config);
  TimePoint now{};
  for (int i = 0; i < 300; ++i) {
    window.resume(now += 1s);
    window.delivered(
        config, {.bytes = wire::bt::kBlockBytes, .took = 40ms, .in_flight = 1}, now += 40ms);
  }
  CHECK(window.blocks() == config.initial_window);
  CHECK(window.first_took() == 40ms);
}

TEST_CASE("a first block that waited behind others' does not stand for a long way at a seed") {
  const Config config;
  const Window window = window_of(config, 2s, 50ms);  // 330 KB/s
  CHECK(window.lean_blocks(config) <= 50);
}
