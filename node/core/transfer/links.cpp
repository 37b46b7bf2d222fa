#include "node/core/transfer/links.h"

#include <algorithm>

#include "node/core/transfer/choking.h"
#include "node/core/transfer/debts.h"
#include "node/core/transfer/fetching.h"
#include "node/core/transfer/messages_in.h"
#include "node/core/transfer/requests.h"
#include "node/core/transfer/serving.h"
#include "node/core/transfer/shape.h"
#include "node/core/transfer/sizing.h"

namespace freshet::core::transfer {
namespace {

void count_close(Counters& counters, CloseReason reason) {
  switch (reason) {
    case CloseReason::self:
    case CloseReason::duplicate:
    case CloseReason::full:
    case CloseReason::not_found:
      ++counters.links_refused;
      break;
    case CloseReason::silent:
      ++counters.links_silent;
      break;
    case CloseReason::malformed:
      ++counters.links_malformed;
      break;
    case CloseReason::slow_reader:
      ++counters.links_slow;
      break;
    default:
      break;
  }
}

// A connection that never becomes a session.
void refuse(Turn& turn, LinkId link, CloseReason reason) {
  count_close(turn.counters, reason);
  turn.push(Close{.link = link, .reason = reason});
}

bool dialled_by_lower(const Turn& turn, const Session& session) {
  return (session.direction == Direction::out) == (turn.self < session.peer);
}

// Of two links between the same keys for the same content, the one that the lower key dialled
// stays; of two that the same side dialled, the newer, because the older may be dead without our
// knowing. So does the newer when nothing was heard on the older for a while. A link through a
// third is asked for only by who needs it: as the newer one it stays; as the older one it gives way
// to a direct one, but not at once, because both may be on their way at the same time and each side
// would then close another.
bool older_stays(const Turn& turn, const Session& older, const Session& newer) {
  if (older.stalled || turn.now - older.heard_at >= turn.config.fresh_time) return false;
  if (older.relayed == newer.relayed)
    return dialled_by_lower(turn, older) && !dialled_by_lower(turn, newer);
  return older.relayed && turn.now - older.up_at < turn.config.fresh_time;
}

bool settle_duplicates(Turn& turn, Session& session, Content& content) {
  const auto rivals = content.sessions;
  for (Session* rival : rivals) {
    if (rival->peer != session.peer) continue;
    if (older_stays(turn, *rival, session)) {
      close(turn, session, CloseReason::duplicate);
      return false;
    }
    close(turn, *rival, CloseReason::duplicate);
  }
  return true;
}

void note_linked(const Turn& turn, Content& content, const Session& session) {
  content.fetch->sources.linked(turn.config, session.peer, session.relayed, turn.now);
}

void bind(Turn& turn, Session& session, Content& content) {
  if (content.fetch) {
    if (content.fetch->sources.is_banned(session.peer)) {
      close(turn, session, CloseReason::bad_data);
      return;
    }
    note_linked(turn, content, session);
  }
  if (!settle_duplicates(turn, session, content)) {
    for (const Session* rival : content.sessions) {
      if (content.fetch && rival->peer == session.peer) note_linked(turn, content, *rival);
    }
    return;
  }
  if (content.fetch) note_linked(turn, content, session);  // a rival's end may have unlinked it
  if (content.sessions.size() >= turn.config.max_links_per_content) {
    close(turn, session, CloseReason::full);
    if (content.fetch) content.fetch->sources.lost(turn.config, session.peer, false, turn.now);
    return;
  }
  session.content = &content;
  content.sessions.push_back(&session);
  if (content.fetch) {
    session.speculating = session.direction == Direction::out;
    session.claim = content.fetch->sources.claim_of(session.peer);
    if (!session.claim) session.claim = content.fetch->claim;
  }
  if (content.shape) read_announced(session);
  greet(turn, session);
  if (!content.fetch) return;
  adopt_claim(turn, content);
  ask_more(turn, session);
}

// The session's part in its content ends.
void leave(Turn& turn, Session& session) {
  session.closing = true;
  turn.state.reap = true;
  Content* content = session.content;
  if (content == nullptr) return;
  auto& sessions = content->sessions;
  sessions.erase(std::remove(sessions.begin(), sessions.end(), &session), sessions.end());
  if (content->fetch) {
    Fetch& fetch = *content->fetch;
    forget_requests(turn, session);
    if (fetch.picker) {
      if (session.have.size() > 0) fetch.picker->remove_holder(session.have);
      fetch.picker->drop_link(session.link, session.peer);
    }
    if (fetch.hashes) fetch.hashes->drop_link(session.link);
    if (fetch.leaves) fetch.leaves->drop_link(session.link);
    const bool other = std::any_of(sessions.begin(), sessions.end(), [&](const Session* rest) {
      return rest->peer == session.peer;
    });
    if (!other) fetch.sources.lost(turn.config, session.peer, session.delivered, turn.now);
    fetch.refill = true;
    reconsider_claim(turn, *content);
    note_sources(turn, *content);
    turn.wake_by(turn.now);  // dials, questions and exhaustion are looked at anew
  }
  fill_slots(turn);
}

std::optional<PendingDial> take_dial(Turn& turn, DialId dial) {
  const auto at = turn.state.dials.find(dial);
  if (at == turn.state.dials.end()) return std::nullopt;
  const PendingDial pending = at->second;
  turn.state.dials.erase(at);
  return pending;
}

DialId new_dial(Turn& turn, const PendingDial& pending) {
  const DialId dial{++turn.state.dials_made};
  turn.state.dials[dial] = pending;
  return dial;
}

void try_way(Turn& turn, const Content& content, Sources::Planned planned) {
  if (planned.way == Way::push) {
    ++turn.counters.pushes;
    turn.push(AskPush{.target = planned.key, .content = content.id});
    return;
  }
  const DialId dial =
      new_dial(turn, {.content = content.id, .key = planned.key, .way = planned.way});
  if (planned.way == Way::relay) {
    ++turn.counters.relay_dials;
    turn.push(DialThrough{
        .dial = dial, .expected = planned.key, .endpoints = std::move(planned.endpoints)});
  } else {
    ++turn.counters.dials;
    turn.push(
        Dial{.dial = dial, .expected = planned.key, .endpoints = std::move(planned.endpoints)});
  }
}

// Whether a link that was dialled is still wanted.
bool is_of_use(const std::optional<PendingDial>& dial, const Content* content) {
  if (!dial) return false;
  if (dial->way == Way::pushed) return true;
  return content != nullptr && content->fetch
         && content->fetch->sources.wants(dial->key, dial->way);
}

Content* find_by_info_hash(Turn& turn, const InfoHash& info_hash) {
  ContentId lowest;
  std::copy(info_hash.bytes.begin(), info_hash.bytes.end(), lowest.bytes.begin());
  const auto at = turn.state.contents.lower_bound(lowest);
  if (at == turn.state.contents.end()) return nullptr;
  const ByteView prefix = at->first.view().first(InfoHash::kSize);
  return std::equal(prefix.begin(), prefix.end(), info_hash.bytes.begin()) ? at->second.get()
                                                                           : nullptr;
}

}  // namespace

void on_link_up(Turn& turn, const LinkUp& up) {
  Content* content = nullptr;
  std::optional<PendingDial> dial;
  if (up.direction == Direction::out && up.dial) {
    dial = take_dial(turn, *up.dial);
    if (dial) content = turn.find(dial->content);
    if (!is_of_use(dial, content)) {
      refuse(turn, up.link, CloseReason::finished);
      return;
    }
  }
  const bool is_pushed = dial && dial->way == Way::pushed;
  if (up.peer == turn.self) {
    if (content != nullptr && content->fetch) content->fetch->sources.ban(turn.config, up.peer);
    refuse(turn, up.link, CloseReason::self);
    return;
  }
  if (turn.state.sessions.size() >= turn.config.max_links) {
    if (content != nullptr && !is_pushed)
      content->fetch->sources.dial_failed(turn.config, up.peer, dial->way, turn.now);
    refuse(turn, up.link, CloseReason::full);
    return;
  }
  ++(up.direction == Direction::in ? turn.counters.links_in : turn.counters.links_out);
  auto& session =
      *(turn.state.sessions[up.link] = std::make_unique<Session>(turn.config, up, turn.now));
  if (up.relayed) ++turn.counters.links_relayed;
  turn.wake_by(turn.now + turn.config.handshake_timeout);
  if (content != nullptr) {
    bind(turn, session, *content);
  } else if (is_pushed) {
    session.opening = true;
    turn.push(Open{.link = session.link,
                   .info_hash = InfoHash::from(dial->content.view().first(InfoHash::kSize))});
  }
}

void on_link_down(Turn& turn, LinkId link) {
  if (Session* session = turn.find(link)) leave(turn, *session);
}

void on_handshake(Turn& turn, Session& session, ByteView bytes) {
  const auto handshake = wire::bt::decode_handshake(bytes);
  if (!handshake || session.handshake_in) {
    close(turn, session, CloseReason::malformed);
    return;
  }
  session.heard_at = turn.now;
  session.handshake_in = true;
  session.fast = handshake->fast;
  Content* named = find_by_info_hash(turn, handshake->info_hash);
  if (session.content != nullptr) {
    if (named != session.content) return close(turn, session, CloseReason::malformed);
    session.window.answered(turn.now - session.up_at);  // this side's went out then
    return;
  }
  if (named != nullptr) {
    bind(turn, session, *named);
    return;
  }
  if (session.opening) return;  // it was asked for already
  session.opening = true;
  turn.push(Open{.link = session.link, .info_hash = handshake->info_hash});
}

void on_opened(Turn& turn, Session& session, const std::optional<Opening>& found) {
  if (!session.opening) return;
  session.opening = false;
  if (!found) {
    close(turn, session, CloseReason::not_found);
    return;
  }
  auto& place = turn.state.contents[found->content];
  if (!place) {
    place = std::make_unique<Content>();
    place->id = found->content;
    place->shape = shape_for(turn.config, found->size);
    place->proven = true;
    FRESHET_CHECK(found->have.size() == place->shape->piece_count);
    place->have = found->have;
  }
  bind(turn, session, *place);
  const auto early = std::exchange(session.early, {});
  for (const Bytes& message : early) {
    if (session.closing) return;
    on_message(turn, session, message);
  }
}

void dial_sources(Turn& turn, Content& content) {
  Sources& sources = content.fetch->sources;
  const auto is_full = [&] {
    return sources.dialling() + content.sessions.size() >= turn.config.max_links_per_content;
  };
  while (!is_full()) {
    auto planned = sources.next(turn.config, turn.now);
    if (!planned) break;
    try_way(turn, content, std::move(*planned));
  }
  if (is_full()) return;
  const auto next = sources.next_at(sources.dialling() < turn.config.max_dials);
  if (next && *next > turn.now) turn.wake_by(*next);
}

void on_dial_failed(Turn& turn, DialId dial) {
  const auto pending = take_dial(turn, dial);
  if (!pending) return;
  ++(pending->way == Way::relay ? turn.counters.relay_dials_failed : turn.counters.dials_failed);
  Content* content = turn.find(pending->content);
  if (pending->way == Way::pushed || content == nullptr || !content->fetch) return;
  content->fetch->sources.dial_failed(turn.config, pending->key, pending->way, turn.now);
  run_fetch_timers(turn, *content);
}

void on_pushed(Turn& turn, const Pushed& pushed) {
  const auto under_way =
      std::count_if(turn.state.dials.begin(), turn.state.dials.end(), [](const auto& entry) {
        return entry.second.way == Way::pushed;
      });
  const Content* content = turn.find(pushed.content);
  const bool has_link =
      content != nullptr
      && std::any_of(
          content->sessions.begin(), content->sessions.end(), [&](const Session* session) {
            return session->peer == pushed.origin && !session->relayed
                   && turn.now - session->heard_at < turn.config.fresh_time;
          });
  if (has_link || pushed.origin == turn.self
      || static_cast<std::size_t>(under_way) >= turn.config.max_pushed_dials) {
    ++turn.counters.pushed_refused;
    return;
  }
  ++turn.counters.pushed_dials;
  const DialId dial =
      new_dial(turn, {.content = pushed.content, .key = pushed.origin, .way = Way::pushed});
  turn.push(Dial{.dial = dial, .expected = pushed.origin, .endpoints = pushed.endpoints});
}

void close(Turn& turn, Session& session, CloseReason reason) {
  if (session.closing) return;
  count_close(turn.counters, reason);
  turn.push(Close{.link = session.link, .reason = reason});
  leave(turn, session);
}

bool offend(Turn& turn, Session& session) {
  ++turn.counters.offences;
  if (++session.offences <= turn.config.max_offences) return true;
  close(turn, session, CloseReason::malformed);
  return false;
}

void ban(Turn& turn, Session& session, CloseReason reason) {
  if (session.content == nullptr || !session.content->fetch) {
    close(turn, session, reason);
    return;
  }
  ban_key(turn, *session.content, session.peer, reason);
}

void ban_key(Turn& turn, Content& content, const NodeKey& peer, CloseReason reason) {
  const NodeKey key = peer;  // `peer` may live in what is let go below
  if (!content.fetch->sources.is_banned(key)) ++turn.counters.sources_banned;
  content.fetch->sources.ban(turn.config, key);
  if (content.fetch->picker) content.fetch->picker->forget_contributions(key);
  const auto sessions = content.sessions;
  for (Session* session : sessions) {
    if (session->peer == key) close(turn, *session, reason);
  }
  turn.wake_by(turn.now);
}

void run_link_timers(Turn& turn, Session& session) {
  const Config& config = turn.config;
  if (!session.handshake_in) {
    const TimePoint due = session.up_at + config.handshake_timeout;
    if (turn.now >= due) return close(turn, session, CloseReason::silent);
    turn.wake_by(due);
  }
  const TimePoint silent = session.heard_at + config.silence_timeout;
  if (turn.now >= silent) return close(turn, session, CloseReason::silent);
  turn.wake_by(silent);
  if (session.content == nullptr) return;
  if (!session.am_interested && !session.peer_interested) {
    const TimePoint useless = session.useful_at + config.useless_timeout;
    if (turn.now >= useless) return close(turn, session, CloseReason::finished);
    turn.wake_by(useless);
  }
  const Duration pause = config.silence_timeout * 2 / 5;
  if (turn.now >= session.said_at + pause) {
    turn.say(session, wire::bt::KeepAlive{});
    session.said_at = turn.now;
  }
  turn.wake_by(session.said_at + pause);
}

}  // namespace freshet::core::transfer
