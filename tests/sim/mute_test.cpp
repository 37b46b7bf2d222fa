// A hostile tenth that says nothing: links that fall silent, links that never greet, handshakes
// that never end. They cost places and time, and no search; in the end they are replaced.
#include <cstddef>

#include "tests/sim/hostile.h"

namespace freshet::sim::testing {
namespace {

/// Long enough that silent links are pinged, given up and replaced between the searches.
Setting with_rests() {
  Setting setting;
  setting.discover = true;
  setting.ticks_to_rest = 140;
  return setting;
}

TEST_CASE("links that fall silent are given up, and dials that stall keep no others back") {
  Attack attack(nullptr, nullptr);
  attack.is_mute = true;
  attack.is_stalling = true;
  const Outcome outcome = withstands("mute links, stalled handshakes", with_rests(), attack);
  const core::overlay::Counters& counters = outcome.counters.overlay;
  CHECK(counters.links_silent >= kNodes / 10 * (kDegree - 1));
  CHECK(counters.dials_failed > 0);
  CHECK(outcome.honest_links >= 0.95 * kDegree);
}

TEST_CASE("links that never greet are closed, and leave the places to those that do") {
  constexpr int kAtOnce = 4;  // a tick: twenty such links at every honest node
  Attack attack(nullptr, [](Attack& self, NodeIndex node) {
    for (int i = 0; i < kAtOnce; ++i) {
      const auto victim = static_cast<NodeIndex>(self.rng.below(kNodes));
      if (!is_hostile(victim)) self.host->connect(node, victim);
    }
  });
  attack.is_mute = true;
  const Outcome outcome = withstands("half-open links", with_rests(), attack);
  CHECK(outcome.counters.overlay.links_silent > kNodes);
  // None of them is given up for a place, and new ones are dialled whatever is held open.
  CHECK(outcome.honest_links >= 0.95 * kDegree);
}

}  // namespace
}  // namespace freshet::sim::testing
