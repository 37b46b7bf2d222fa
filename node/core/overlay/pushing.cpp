#include "node/core/overlay/pushing.h"

#include <utility>

#include "node/core/overlay/guid_table.h"
#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

// A neighbour is reached on its own link; others the way that their hits came.
Link* way_to(Turn& turn, const NodeKey& target, LinkId came_on) {
  for (Link& link : turn.links.all()) {
    if (link.state == LinkState::up && link.id != came_on && turn.links.peer_of(link).key == target)
      return &link;
  }
  if (!turn.guard) return nullptr;
  const auto route = turn.guard->push_routes().find(target);
  if (!route || *route == came_on) return nullptr;
  Link* link = turn.links.find(*route);
  return link != nullptr && link->state == LinkState::up ? link : nullptr;
}

void send(Turn& turn, Link& to, wire::FrameHeader header, Bytes body) {
  header.body_bytes = static_cast<std::uint32_t>(body.size());
  send_own(turn, to, header, std::move(body));
}

}  // namespace

void note_hit(Turn& turn, LinkId from, ByteView body) {
  const auto node = wire::node_of_hit(body);
  if (node) turn.need_guard().push_routes().learn(*node, from, turn.now);
}

bool send_push(Turn& turn, const wire::Push& push) {
  Link* to = way_to(turn, push.target, kSelfLink);
  if (to == nullptr) {
    ++turn.counters.pushes_no_route;
    return false;
  }
  ++turn.counters.pushes_sent;
  send(turn,
       *to,
       {.guid = turn.rng.guid(), .type = wire::FrameType::push, .ttl = turn.config.max_ttl},
       wire::encode(push));
  return true;
}

bool on_push(Turn& turn, Link& from, const Frame& frame, Upcalls& up) {
  ++turn.counters.pushes_in;
  auto push = wire::decode_push(frame.body);
  if (!push) return false;
  if (push->target == turn.self) {
    const bool allowed =
        push->origin != turn.self && !push->addresses.empty()
        && turn.need_guard().attempts().allows(push->origin, push->addresses, turn.now);
    ++(allowed ? turn.counters.pushes_for_us : turn.counters.pushes_limited);
    if (allowed) up.push_arrived(*push);
    return true;
  }
  Link* to = way_to(turn, push->target, from.id);
  if (to == nullptr || frame.header.ttl <= 1) {
    ++turn.counters.pushes_no_route;
    return true;
  }
  ++turn.counters.pushes_forwarded;
  wire::FrameHeader onward = frame.header;
  --onward.ttl;
  ++onward.hops;
  send(turn, *to, onward, Bytes(frame.body.begin(), frame.body.end()));
  return true;
}

bool send_call(Turn& turn, const CallNeighbour& call) {
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::up || turn.links.peer_of(link).key != call.neighbour) continue;
    ++turn.counters.relay_calls_out;
    send(turn,
         link,
         {.guid = call.request, .type = wire::FrameType::relay_call, .ttl = 1},
         wire::encode(wire::RelayCall{.origin = call.origin, .addresses = call.addresses}));
    return true;
  }
  return false;
}

bool on_call(Turn& turn, const Link& from, const Frame& frame) {
  ++turn.counters.relay_calls_in;
  auto call = wire::decode_relay_call(frame.body);
  if (!call) return false;
  const NodeKey& third = turn.links.peer_of(from).key;
  if (call->addresses.empty()
      || !turn.need_guard().attempts().allows(third, call->addresses, turn.now)) {
    ++turn.counters.relay_calls_limited;
    return true;
  }
  turn.out.push(Effect(Called{.third = third,
                              .request = frame.header.guid,
                              .origin = call->origin,
                              .addresses = std::move(call->addresses)}));
  return true;
}

}  // namespace freshet::core::overlay
