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

}  // namespace
}  // namespace freshet::sim::testing
