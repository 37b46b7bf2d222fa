#include "node/core/overlay/strategy/strategy.h"

#include "node/base/check.h"
#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {

void Fanout::add(Link& link) {
  ++copies_;
  if (query_.tally != nullptr)
    query_.tally->sent(link, query_.header.ttl, wire::kFrameHeaderBytes + query_.body.size());
  if (!take_room_or_queue(turn_, link, query_.header, query_.body)) return;
  turn_.out.add_link(link.id);
  ++sent_;
}

std::uint32_t Fanout::finish() {
  const LinkRange links = turn_.out.links_since(first_);
  FRESHET_CHECK(links.count == sent_);
  if (links.count > 0)
    turn_.out.push(Effect(Relay{.header = query_.header, .body = query_.body, .links = links}));
  turn_.counters.frames_out += links.count;
  return copies_;
}

std::uint32_t flood(Turn& turn, const Passing& query) {
  Fanout fanout(turn, query);
  for (Link& link : turn.links.all()) {
    if (fanout.allows(link)) fanout.add(link);
  }
  return fanout.finish();
}

}  // namespace freshet::core::overlay
