#include "node/core/overlay/membership.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

// A first Pong introduces the mesh; later ones only refresh, so that an idle link stays cheap.
constexpr std::size_t kFirstPongNodes = 8;
constexpr std::size_t kLaterPongNodes = 1;

wire::FrameHeader link_frame(const Guid& guid, wire::FrameType type, const Bytes& body) {
  return {.guid = guid,
          .type = type,
          .ttl = 1,
          .hops = 0,
          .body_bytes = static_cast<std::uint32_t>(body.size())};
}

struct Farewell {
  wire::ByeCode code;
  const char* reason;
};

std::optional<Farewell> farewell_for(CloseReason reason) {
  switch (reason) {
    case CloseReason::duplicate:
      return Farewell{wire::ByeCode::duplicate, "another link to this node stays"};
    case CloseReason::full:
      return Farewell{wire::ByeCode::full, "no place for another link"};
    case CloseReason::malformed:
      return Farewell{wire::ByeCode::malformed, "malformed frame"};
    case CloseReason::offence:
      return Farewell{wire::ByeCode::offence, "frames beyond the rules"};
    case CloseReason::shutting_down:
      return Farewell{wire::ByeCode::leaving, "shutting down"};
    default:
      return std::nullopt;
  }
}

std::uint32_t age_seconds(TimePoint now, TimePoint then) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(now - then).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(age, 0, 0x7FFFFFFF));
}

}  // namespace

void Membership::on_link_up(Turn& turn, const LinkUp& up) {
  const LinkPeer peer{.key = up.peer, .pinged = turn.now};
  if (up.dial) need_dials().on_connected(turn, *up.dial, up.peer);
  Link& link = turn.links.add(
      {.id = up.link, .room_bytes = up.room_bytes, .heard = turn.now, .direction = up.direction},
      peer);
  if (up.peer == turn.self) {
    ++turn.counters.links_refused;
    close(turn, dials(), link, CloseReason::self);
    return;
  }
  if (has_left_) {
    close(turn, dials(), link, CloseReason::shutting_down);
    return;
  }
  if (!settle_duplicate(turn, link)) return;
  if (up.direction == Direction::in && turn.links.live_count() > turn.config.max_links) {
    ++turn.counters.links_refused;
    close(turn, dials(), link, CloseReason::full);
    return;
  }
  link.need_extra().greets_from = up.remote;
  greet(turn, link);
}

// Two links to one peer: the one that the lower key dialled stays; both ends come to the same
// answer. When the same side dialled both, only that side knows which attempt it can do without: it
// closes the newer one.
bool Membership::settle_duplicate(Turn& turn, Link& link) {
  const NodeKey& key = turn.links.peer_of(link).key;
  Link* other = turn.links.find_peer(key, link.id);
  if (other == nullptr) return true;
  if (other->direction == link.direction) {
    if (link.direction == Direction::out) {
      ++turn.counters.links_refused;
      close(turn, dials(), link, CloseReason::duplicate);
      return false;
    }
    if (other->state == LinkState::up)
      ping(turn, *other);  // it may be dead: the peer would not dial twice knowingly
    return true;
  }
  const Direction stays = turn.self < key ? Direction::out : Direction::in;
  Link& refused = link.direction == stays ? *other : link;
  const bool refuses_new = &refused == &link;
  ++turn.counters.links_refused;
  close(turn, dials(), refused, CloseReason::duplicate);
  return !refuses_new;
}

void Membership::greet(Turn& turn, Link& link) {
  Bytes body = wire::encode(wire::Hello{.agent = turn.config.agent,
                                        .name = turn.config.name,
                                        .listen_port = turn.config.listen_port,
                                        .tokenizer_version = turn.config.tokenizer_version});
  const auto header = link_frame(turn.rng.guid(), wire::FrameType::hello, body);
  send_own(turn, link, header, std::move(body));
}

bool Membership::on_hello(Turn& turn, Link& link, ByteView body) {
  const auto hello = wire::decode_hello(body);
  if (!hello) return false;
  link.state = LinkState::up;
  ++turn.counters.links_up;
  LinkEstablished event{
      .link = link.id, .name = hello->name, .agent = hello->agent, .listen = std::nullopt};
  if (hello->listen_port != 0 && link.extra && link.extra->greets_from) {
    Endpoint address = *link.extra->greets_from;
    address.port = hello->listen_port;
    event.listen = address;
    if (turn.config.discover)
      need_dials().learn(turn, turn.links.peer_of(link).key, address, turn.now);
  }
  if (link.extra) link.extra->greets_from.reset();
  link.trim_extra();
  if (dials_) dials_->on_established(turn.links.peer_of(link).key, turn.now);
  turn.out.push(Effect(std::move(event)));
  if (turn.config.ping_at_start) ping(turn, link);
  return true;
}

void Membership::ping(Turn& turn, Link& link) {
  if (link.awaits_pong) return;
  link.awaits_pong = true;
  turn.links.peer_of(link).pinged = turn.now;
  ++turn.counters.pings_out;
  send_own(turn, link, link_frame(turn.rng.guid(), wire::FrameType::ping, {}), {});
}

void Membership::on_ping(Turn& turn, Link& link, const wire::FrameHeader& header) {
  ++turn.counters.pings_in;
  wire::Pong pong;
  pong.links = static_cast<std::uint32_t>(turn.links.live_count());
  if (dials_) {
    const std::size_t most = link.was_sent_hosts ? kLaterPongNodes : kFirstPongNodes;
    for (const CachedHost& host : dials_->sample(turn.rng, turn.links.peer_of(link).key, most)) {
      pong.nodes.push_back(
          {.key = host.key, .address = host.address, .age_s = age_seconds(turn.now, host.heard)});
    }
    if (!pong.nodes.empty()) link.was_sent_hosts = true;
  }
  Bytes body = wire::encode(pong);
  const auto answer = link_frame(header.guid, wire::FrameType::pong, body);
  send_own(turn, link, answer, std::move(body));
}

bool Membership::on_pong(Turn& turn, Link& link, ByteView body) {
  ++turn.counters.pongs_in;
  if (link.awaits_pong) {
    link.awaits_pong = false;
    const auto rtt = std::chrono::duration_cast<std::chrono::microseconds>(
                         turn.now - turn.links.peer_of(link).pinged)
                         .count();
    link.rtt_us = static_cast<std::uint32_t>(std::clamp<std::int64_t>(rtt, 1, 0xFFFFFFFF));
  }
  const auto pong = wire::decode_pong(body);
  if (!pong) return false;
  link.peer_links = static_cast<std::uint8_t>(std::min<std::uint32_t>(pong->links, 0xFF));
  if (!turn.config.discover) return true;
  for (const wire::PongNode& node : pong->nodes) {
    need_dials().learn(turn, node.key, node.address, turn.now - std::chrono::seconds(node.age_s));
  }
  return true;
}

bool Membership::on_bye(Turn& turn, Link& link, ByteView body) {
  ++turn.counters.byes_in;
  const auto bye = wire::decode_bye(body);
  turn.out.push(Effect(LinkClosed{.link = link.id,
                                  .reason = CloseReason::peer_left,
                                  .peer_reason = bye ? bye->reason : std::string()}));
  close(turn, dials(), link, CloseReason::peer_left);
  return bye.has_value();
}

void Membership::on_link_down(Turn& turn, LinkId id) {
  Link* link = turn.links.find(id);
  if (link == nullptr) return;
  if (link->state != LinkState::closing) {
    const bool was_up = link->state == LinkState::up;
    link->state = LinkState::closing;
    if (was_up) ++turn.counters.links_lost;
    turn.out.push(Effect(LinkClosed{.link = id, .reason = CloseReason::lost, .peer_reason = {}}));
    const NodeKey& key = turn.links.peer_of(*link).key;
    if (dials_) dials_->on_lost(turn, key, was_up || turn.links.has_peer(key));
  }
  turn.links.remove(id);
}

void Membership::on_shut_down(Turn& turn) {
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::closing) close(turn, dials(), link, CloseReason::shutting_down);
  }
  has_left_ = true;
  dials_.reset();
}

void Membership::close(Turn& turn, DialPlan* dials, Link& link, CloseReason reason) {
  if (link.state == LinkState::closing) return;
  if (const auto farewell = farewell_for(reason)) {
    ++turn.counters.byes_out;
    Bytes body = wire::encode(wire::Bye{.code = farewell->code, .reason = farewell->reason});
    const auto header = link_frame(turn.rng.guid(), wire::FrameType::bye, body);
    send_own(turn, link, header, std::move(body));
  }
  const bool was_up = link.state == LinkState::up;
  link.state = LinkState::closing;
  link.extra.reset();
  if (was_up) ++turn.counters.links_lost;
  if (reason != CloseReason::peer_left) {  // that one was told with the peer's own words
    turn.out.push(Effect(LinkClosed{.link = link.id, .reason = reason, .peer_reason = {}}));
  }
  turn.out.push(Effect(Close{.link = link.id, .reason = reason}));
  if (dials != nullptr) {
    const NodeKey& key = turn.links.peer_of(link).key;
    dials->on_lost(turn, key, was_up || turn.links.has_peer(key));
  }
}

std::optional<TimePoint> Membership::check(Turn& turn, DialPlan* dials) {
  std::optional<TimePoint> next;
  for (Link& link : turn.links.all()) {
    const auto at = check_link(turn, dials, link);
    if (at && (!next || *at < *next)) next = at;
  }
  return next;
}

std::optional<TimePoint> Membership::check_link(Turn& turn, DialPlan* dials, Link& link) {
  if (link.state == LinkState::closing) return std::nullopt;
  const TimePoint pinged = turn.links.peer_of(link).pinged;
  if (link.state == LinkState::greeting) {
    const TimePoint limit = pinged + turn.config.hello_timeout;  // not heard: bytes may trickle
    if (limit > turn.now) return limit;
    ++turn.counters.links_silent;
    close(turn, dials, link, CloseReason::silent);
    return std::nullopt;
  }
  if (link.awaits_pong && link.heard > pinged)
    link.awaits_pong = false;  // anything heard is a sign of life
  if (link.awaits_pong) {
    const TimePoint limit = pinged + turn.config.pong_timeout;
    if (limit > turn.now) return limit;
    ++turn.counters.links_silent;
    close(turn, dials, link, CloseReason::silent);
    return std::nullopt;
  }
  const Duration patience = turn.config.ping_after_idle;
  const TimePoint idle_at =
      link.heard + (link.direction == Direction::in ? patience + patience / 10 : patience);
  if (idle_at > turn.now) return idle_at;
  ping(turn, link);
  return turn.now + turn.config.pong_timeout;
}

}  // namespace freshet::core::overlay
