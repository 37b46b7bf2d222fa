#include "node/core/overlay/strategy/strategy.h"

#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {

void Fanout::add(Link& link) {
  ++copies_;
  if (take_room_or_queue(turn_, link, query_.header, query_.body)) turn_.out.add_link(link.id);
}

std::uint32_t Fanout::finish() {
  const LinkRange links = turn_.out.links_since(first_);
  if (links.count > 0)
    turn_.out.push(Effect(Relay{.header = query_.header, .body = query_.body, .links = links}));
  turn_.counters.frames_out += links.count;
  return copies_;
}

void flood(Turn& turn, Fanout& fanout) {
  for (Link& link : turn.links.all()) {
    if (fanout.allows(link)) fanout.add(link);
  }
}

}  // namespace freshet::core::overlay
