// How much a link may owe.
#include "node/core/transfer/window.h"

#include <doctest/doctest.h>

#include "node/wire/bt/messages.h"

using namespace freshet;                  // NOLINT(google-build-using-namespace): a test
using namespace freshet::core::transfer;  // NOLINT(google-build-using-namespace): a test
using namespace std::chrono_literals;

namespace {

// A link that brings a block every `each`, the first `delay` after it was asked.
Window window_of(const Config& config, Duration delay, Duration each) {
  Window window(config);
  TimePoint now{};
  window.resume(now);
  now += delay;
  for (int i = 0; i < 200; ++i, now += each) window.delivered(config, wire::bt::kBlockBytes, now);
  return window;
}

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
  for (int i = 0; i < 40; ++i) window.delivered(config, wire::bt::kBlockBytes, now += 1ms);
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
  for (int i = 0; i < 200; ++i, now += 5ms) window.delivered(config, wire::bt::kBlockBytes, now);
  CHECK(window.lean_blocks(config) <= 14);
}
