#include "node/core/overlay/held_links.h"

#include <utility>

namespace freshet::core::overlay {
namespace {

TimePoint doubted_at(const Turn& turn, const Link& link) {
  return std::as_const(turn.links).peer_of(link).pinged + turn.config.dial_patience;
}

}  // namespace

bool is_held(const Turn& turn, const Link& link) {
  return link.state == LinkState::up
         || (is_greeting_out(link) && turn.now < doubted_at(turn, link));
}

HeldLinks held_links(const Turn& turn) {
  HeldLinks held;
  for (const Link& link : std::as_const(turn.links).all()) {
    if (!is_held(turn, link)) continue;
    ++held.all;
    if (link.direction == Direction::out) ++held.own;
    if (is_greeting_out(link)) held.doubts = earlier(held.doubts, doubted_at(turn, link));
  }
  return held;
}

}  // namespace freshet::core::overlay
