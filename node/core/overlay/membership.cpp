#include "node/core/overlay/membership.h"

#include <algorithm>
#include <string>
#include <utility>

#include "node/base/digest.h"
#include "node/core/overlay/announcements.h"
#include "node/core/overlay/held_links.h"
#include "node/core/overlay/sending.h"

namespace freshet::core::overlay {
namespace {

// A first Pong introduces the mesh; later ones only refresh, so that an idle link stays cheap.
constexpr std::size_t kFirstPongNodes = 8;
constexpr std::size_t kLaterPongNodes = 1;
/// A link unheard for so long may be dead, when there is a sign that it is.
constexpr Duration kMaybeDead = std::chrono::seconds(2);
constexpr Duration kJustHeard = std::chrono::seconds(1);
/// A timer so late says that the machine slept; links are asked at once whether they live.
constexpr Duration kLate = std::chrono::seconds(5);

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
    case CloseReason::surplus:
      return Farewell{wire::ByeCode::full, "more links than wanted"};
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

// Of the links that came in and have not greeted, the oldest: who says nothing gives way to others.
Link* longest_ungreeted(Turn& turn, LinkId except) {
  for (Link& link : turn.links.all()) {
    if (link.state == LinkState::greeting && link.direction == Direction::in && link.id != except)
      return &link;
  }
  return nullptr;
}

// Silence after which the other end has given a link up: what it asks, and how long it waits.
Duration longest_silence(const Config& config) {
  return config.ping_after_idle + config.ping_after_idle / 10 + config.pong_timeout;
}

}  // namespace

void Membership::on_link_up(Turn& turn, const LinkUp& up) {
  const LinkPeer peer{.key = up.peer, .pinged = turn.now};
  const wire::Wish wish =
      up.dial ? need_dials().on_connected(turn, *up.dial, up.peer) : wire::Wish::unsaid;
  Link& link = turn.links.add(
      Link{
          .id = up.link, .room_bytes = up.room_bytes, .heard = turn.now, .direction = up.direction},
      peer);
  if (up.peer == turn.self) {
    ++turn.counters.links_refused;
    close(turn, dials(), link, CloseReason::self);
    return;
  }
  if (turn.links.is_shut()) {
    close(turn, dials(), link, CloseReason::shutting_down);
    return;
  }
  if (turn.is_banned(up.peer)) {
    ++turn.counters.links_banned;
    close(turn, dials(), link, CloseReason::offence);
    return;
  }
  if (!settle_duplicate(turn, link)) return;
  if (up.direction == Direction::in && turn.links.live_count() > turn.config.max_links) {
    ++turn.counters.links_refused;
    Link* silent = longest_ungreeted(turn, link.id);
    close(turn, dials(), silent == nullptr ? link : *silent, CloseReason::full);
    if (silent == nullptr) return;
  }
  link.need_extra().greets_from = up.remote;
  link.is_fixed = wish == wire::Wish::chosen;
  // Whether there is a place depends on who asks.
  if (up.direction == Direction::in && turn.config.discover
      && turn.links.live_count() > need_view(turn).wanted(turn.config).links) {
    link.extra->holds_greeting = true;
    return;
  }
  greet(turn, link, wish);
}

// Two links to one peer: the one that the lower key dialled stays; both ends come to the same
// answer. When the same side dialled both, only that side knows which attempt it can do without: it
// closes the newer one. Unless the older link may be dead, because its peer died and came back:
// then it is asked, and the newer one is there meanwhile.
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
  if (other->state == LinkState::up && turn.now - other->heard >= kMaybeDead) {
    ping(turn, *other);
    return true;
  }
  refuse_duplicate(turn, link, *other);
  return link.state != LinkState::closing;
}

void Membership::refuse_duplicate(Turn& turn, Link& one, Link& other) {
  const Direction stays = turn.self < turn.links.peer_of(one).key ? Direction::out : Direction::in;
  ++turn.counters.links_refused;
  close(turn, dials(), one.direction == stays ? other : one, CloseReason::duplicate);
}

void Membership::greet(Turn& turn, Link& link, wire::Wish wish) {
  wire::Hello hello{.agent = turn.config.agent,
                    .name = turn.config.name,
                    .listen_port = turn.config.listen_port,
                    .tokenizer_version = turn.config.tokenizer_version,
                    .browse = true,
                    .tally = true};
  if (turn.config.discover) {
    hello.member = wire::kTakesPart;
    const std::size_t this_one = is_held(turn, link) ? 1 : 0;
    if (held_links(turn).all == this_one) hello.member |= wire::kIsAlone;
  }
  if (turn.config.discover || wish == wire::Wish::chosen) hello.wish = wish;
  send_link_frame(turn, link, wire::FrameType::hello, wire::encode(hello));
}

bool Membership::on_hello(Turn& turn, Link& link, ByteView body) {
  const auto hello = wire::decode_hello(body);
  if (!hello) return false;
  if (admit(turn, link, *hello)) on_established(turn, link, *hello);
  return true;
}

// Whether there is a place for a link that says why it wants to be.
bool Membership::admit(Turn& turn, Link& link, const wire::Hello& hello) {
  if (hello.wish == wire::Wish::chosen) link.is_fixed = true;
  link.folds_alike = hello.tokenizer_version == turn.config.tokenizer_version;
  link.browses = hello.browse;
  link.tallies = hello.tally;
  if (!turn.config.discover) return true;
  link.is_member = (hello.member & wire::kTakesPart) != 0;
  const bool is_alone = (hello.member & wire::kIsAlone) != 0;
  const View::Verdict verdict = need_view(turn).judge(turn, link, hello.wish, is_alone);
  if (!verdict.is_taken) {
    ++turn.counters.links_unwanted;
    close(turn, dials(), link, CloseReason::full);
    return false;
  }
  if (verdict.room != nullptr) {
    ++turn.counters.links_given_up;
    close(turn, dials(), *verdict.room, CloseReason::surplus);
  }
  if (link.extra && link.extra->holds_greeting) greet(turn, link, wire::Wish::unsaid);
  return true;
}

void Membership::on_established(Turn& turn, Link& link, const wire::Hello& hello) {
  link.state = LinkState::up;
  ++turn.counters.links_up;
  LinkEstablished event{
      .link = link.id, .name = hello.name, .agent = hello.agent, .listen = std::nullopt};
  if (hello.listen_port != 0 && link.extra && link.extra->greets_from) {
    Endpoint address = *link.extra->greets_from;
    address.port = hello.listen_port;
    event.listen = address;
    if (turn.config.discover)
      need_dials().learn(turn, turn.links.peer_of(link).key, address, turn.now);
  }
  if (link.extra) link.extra->greets_from.reset();
  link.trim_extra();
  if (dials_) dials_->on_established(turn.links.peer_of(link).key, turn.now);
  turn.out.push(Effect(std::move(event)));
  if (turn.config.ping_at_start) ping(turn, link);
  if (!link.is_member || !dials_) return;
  if (link.direction == Direction::out && held_links(turn).all == 1)
    dials_->await_welcomes(turn.now + turn.config.welcome_patience);
  if ((hello.member & wire::kIsAlone) != 0) Walks::spread_join(turn, *dials_, link);
}

bool Membership::on_member_frame(Turn& turn, const Link& link, const Frame& frame) {
  if (!turn.config.discover) {
    ++turn.counters.frames_unexpected;
    return true;
  }
  View& view = need_view(turn);
  const std::size_t places = view.wanted(turn.config).places;
  return view.walks().on_frame(turn, need_dials(), link, frame, places);
}

void Membership::ping(Turn& turn, Link& link) {
  if (link.awaits_pong) return;
  link.awaits_pong = true;
  turn.links.peer_of(link).pinged = turn.now;
  ++turn.counters.pings_out;
  Bytes body;
  take_announcements(turn, link, body);
  send_link_frame(turn, link, wire::FrameType::ping, std::move(body));
}

void Membership::on_ping(Turn& turn, Link& link, const wire::FrameHeader& header) {
  ++turn.counters.pings_in;
  wire::Pong pong;
  pong.links = static_cast<std::uint32_t>(held_links(turn).all);
  if (dials_) {
    const std::size_t most = link.was_sent_hosts ? kLaterPongNodes : kFirstPongNodes;
    pong.nodes = dials_->sample(turn, turn.links.peer_of(link).key, most);
    if (!pong.nodes.empty()) link.was_sent_hosts = true;
  }
  Bytes body = wire::encode(pong);
  take_announcements(turn, link, body);
  send_link_frame(turn, link, wire::FrameType::pong, std::move(body), header.guid);
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
  if (Link* other = turn.links.find_peer(turn.links.peer_of(link).key, link.id)) {
    // Both live after all (settle_duplicate()).
    const bool is_asked = other->awaits_pong && other->heard <= turn.links.peer_of(*other).pinged;
    if (other->state == LinkState::up && other->direction != link.direction && !is_asked) {
      refuse_duplicate(turn, link, *other);
      if (link.state == LinkState::closing) return true;
    }
  }
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
  if (bye && bye->code == wire::ByeCode::full && dials_)
    dials_->on_full(turn, turn.links.peer_of(link).key);
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
    if (was_up && dials_) dials_->on_silent(turn, key);
  }
  turn.links.remove(id);
}

void Membership::on_shut_down(Turn& turn) {
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::closing) close(turn, dials(), link, CloseReason::shutting_down);
  }
  turn.links.shut();
  dials_.reset();
  view_.reset();
}

void Membership::close(Turn& turn, DialPlan* dials, Link& link, CloseReason reason) {
  if (link.state == LinkState::closing) return;
  if (const auto farewell = farewell_for(reason)) {
    ++turn.counters.byes_out;
    send_link_frame(turn,
                    link,
                    wire::FrameType::bye,
                    wire::encode(wire::Bye{.code = farewell->code, .reason = farewell->reason}));
  }
  const bool was_up = link.state == LinkState::up;
  link.state = LinkState::closing;
  link.extra.reset();
  if (was_up) ++turn.counters.links_lost;
  if (!was_up) link.is_lazy = true;        // never a branch
  if (reason != CloseReason::peer_left) {  // that one was told with the peer's own words
    turn.out.push(Effect(LinkClosed{.link = link.id, .reason = reason, .peer_reason = {}}));
  }
  turn.out.push(Effect(Close{.link = link.id, .reason = reason}));
  if (dials != nullptr) {
    const NodeKey& key = turn.links.peer_of(link).key;
    const bool is_good = was_up || reason == CloseReason::full || turn.links.has_peer(key);
    dials->on_lost(turn, key, is_good);
  }
}

// ---- what is due

std::optional<TimePoint> Membership::run(Turn& turn, Duration late) {
  if (late >= kLate) on_woken(turn, late);
  std::optional<TimePoint> next = check(turn);
  if (turn.links.is_shut()) return next;
  next = earlier(next, run_view(turn));
  if (!dials_) return next;
  const Wanted wanted =
      view_ ? view_->wanted(turn.config)
            : Wanted{.links = turn.config.target_links, .places = turn.config.max_links};
  if (const auto at = dials_->run(turn, wanted)) next = earlier(next, std::max(*at, turn.now));
  return next;
}

std::optional<TimePoint> Membership::run_view(Turn& turn) {
  if (!turn.config.discover || !dials_ || turn.links.all().empty()) return std::nullopt;
  const View::Due due = need_view(turn).run(turn, *dials_);
  if (due.surplus != nullptr) {
    ++turn.counters.links_given_up;
    const NodeKey key = turn.links.peer_of(*due.surplus).key;
    close(turn, dials(), *due.surplus, CloseReason::surplus);
    dials_->on_full(turn, key);
  }
  return due.next;
}

// What others have given up meanwhile is dead, and is not waited for.
void Membership::on_woken(Turn& turn, Duration slept) {
  if (turn.links.is_shut()) return;
  ++turn.counters.wakes_late;
  if (dials_) dials_->on_woken();
  if (slept < longest_silence(turn.config)) return suspect_all(turn);
  for (Link& link : turn.links.all()) {
    if (link.state != LinkState::closing) fall_silent(turn, link);
  }
}

std::optional<TimePoint> Membership::check(Turn& turn) {
  std::optional<TimePoint> next;
  bool fell_silent = false;
  for (Link& link : turn.links.all()) next = earlier(next, check_link(turn, link, fell_silent));
  if (!fell_silent || !turn.config.discover) return next;
  suspect_all(turn);  // who loses one to silence may have lost many
  return earlier(next, turn.now + turn.config.pong_timeout);
}

void Membership::suspect_all(Turn& turn) {
  for (Link& link : turn.links.all()) {
    if (link.state == LinkState::up && turn.now - link.heard >= kJustHeard) ping(turn, link);
  }
}

void Membership::fall_silent(Turn& turn, Link& link) {
  const bool was_up = link.state == LinkState::up;
  ++turn.counters.links_silent;
  close(turn, dials(), link, CloseReason::silent);
  if (was_up && dials_) dials_->on_silent(turn, turn.links.peer_of(link).key);
}

std::optional<TimePoint> Membership::check_link(Turn& turn, Link& link, bool& fell_silent) {
  if (link.state == LinkState::closing) return std::nullopt;
  const TimePoint pinged = turn.links.peer_of(link).pinged;
  const bool is_greeting = link.state == LinkState::greeting;
  if (link.awaits_pong && link.heard > pinged)
    link.awaits_pong = false;  // anything heard is a sign of life
  if (is_greeting || link.awaits_pong) {
    // A greeting counts from its beginning: bytes may trickle.
    const TimePoint limit =
        pinged + (is_greeting ? turn.config.hello_timeout : turn.config.pong_timeout);
    if (limit > turn.now) return limit;
    fall_silent(turn, link);
    fell_silent = fell_silent || !is_greeting;
    return std::nullopt;
  }
  const Duration patience = turn.config.ping_after_idle;
  const TimePoint idle_at =
      link.heard + (link.direction == Direction::in ? patience + patience / 10 : patience);
  if (idle_at > turn.now) return idle_at;
  ping(turn, link);
  return turn.now + turn.config.pong_timeout;
}

std::uint64_t Membership::digest() const {
  Digest digest;
  if (dials_) digest.add(dials_->digest());
  if (view_) digest.add(view_->digest());
  return digest.value();
}

}  // namespace freshet::core::overlay
