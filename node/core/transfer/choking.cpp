#include "node/core/transfer/choking.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include "node/core/transfer/serving.h"

namespace freshet::core::transfer {
namespace {

constexpr std::uint64_t kMilliseconds = 1000;

bool has_something(const Session& session) {
  return session.content != nullptr && (session.content->fetch || !session.content->have.none());
}

void unchoke(Turn& turn, Session& session) {
  if (!session.am_choking) return;
  session.am_choking = false;
  session.served_at = turn.now;
  session.rests_until = {};
  turn.say(session, wire::bt::Unchoke{});
}

std::vector<Session*> interested_sessions(Turn& turn) {
  std::vector<Session*> sessions;
  for (auto& [link, session] : turn.state.sessions) {
    if (!session->closing && session->peer_interested && has_something(*session)) {
      sessions.push_back(session.get());
    }
  }
  return sessions;
}

bool is_resting(const Turn& turn, const Session& session) {
  return turn.now < session.rests_until;
}

// How long a taker may have its slot without a block. What waits for this node's rate or disk is no
// fault of the taker's; and a link that is slow to drain is told from one that nobody reads late,
// because the host tells of room by half of what it lets wait.
Duration patience_with(const Turn& turn, const Session& session) {
  if (session.uplink.queued_blocks() == 0) return turn.config.idle_taker_after;
  constexpr std::size_t kLargest = wire::bt::kPieceHeaderBytes + wire::bt::kBlockBytes;
  return session.uplink.room() < kLargest ? turn.config.stuck_taker_after : Duration::max();
}

// Who has a slot and takes nothing gives it up for a while, each time for longer: else the seed,
// which serves first who was given least, would wait for it for ever.
void rest_idle(Turn& turn, const std::vector<Session*>& sessions) {
  constexpr unsigned kMaxDoublings = 6;
  for (Session* session : sessions) {
    if (session->am_choking) continue;
    if (turn.now - session->served_at < patience_with(turn, *session)) continue;
    ++turn.counters.takers_idle;
    session->rests_until = turn.now + turn.config.idle_taker_rest * (1U << session->idle_turns);
    session->idle_turns = std::min(session->idle_turns + 1, kMaxDoublings);
  }
}

Taker taker_of(const Session& session) {
  return {.link = session.link,
          .is_unchoked = !session.am_choking,
          .is_mutual = session.content->fetch != nullptr,
          .brought = session.lately_in + session.round_in,
          .took = session.lately_out + session.round_out,
          .interested_at = session.interested_at};
}

std::vector<Taker> takers_of(const std::vector<Session*>& sessions) {
  std::vector<Taker> takers;
  takers.reserve(sessions.size());
  for (const Session* session : sessions) takers.push_back(taker_of(*session));
  return takers;
}

Choker& choker_of(Turn& turn) {
  if (!turn.state.choker) turn.state.choker = turn.config.make_choker();
  return *turn.state.choker;
}

ChokeRound round_of(const Turn& turn, const std::vector<Taker>& takers) {
  return {.config = turn.config,
          .now = turn.now,
          .rng = turn.rng,
          .upload_rate = turn.state.upload_rate,
          .takers = takers};
}

void begin_round(Turn& turn) {
  State& state = turn.state;
  for (auto& [link, session] : state.sessions) {
    session->lately_in = session->lately_in / 2 + std::exchange(session->round_in, 0);
    session->lately_out = session->lately_out / 2 + std::exchange(session->round_out, 0);
  }
  state.round_at = turn.now;
  state.round_bytes = 0;
  state.choke_at = turn.now + turn.config.choke_interval;
  turn.wake_by(state.choke_at);
}

void measure_rate(Turn& turn) {
  State& state = turn.state;
  const auto span = static_cast<std::uint64_t>(
      std::chrono::duration_cast<std::chrono::milliseconds>(turn.now - state.round_at).count());
  if (span > 0) state.upload_rate = state.round_bytes * kMilliseconds / span;
}

// Not everyone can be served, or some of them can give: then it matters who is.
bool must_choose(Turn& turn, const std::vector<Session*>& interested) {
  const std::size_t slots = choker_of(turn).slots(turn.config, turn.state.upload_rate);
  if (interested.size() > slots) return true;
  return interested.size() > turn.config.min_upload_slots
         && std::any_of(interested.begin(), interested.end(), [](const Session* session) {
              return session->content->fetch != nullptr;
            });
}

void choke_round(Turn& turn, const std::vector<Session*>& sessions) {
  rest_idle(turn, sessions);
  std::vector<Session*> wanting;
  std::copy_if(
      sessions.begin(), sessions.end(), std::back_inserter(wanting), [&](const Session* session) {
        return !is_resting(turn, *session);
      });
  std::vector<LinkId> chosen;
  if (!wanting.empty()) {
    const std::vector<Taker> takers = takers_of(wanting);
    chosen = choker_of(turn).choose(round_of(turn, takers));
  }
  // What is left for those that rest alone is free to whoever comes.
  const bool is_spare = chosen.size() == wanting.size() && wanting.size() < sessions.size();
  turn.state.served =
      is_spare ? choker_of(turn).slots(turn.config, turn.state.upload_rate) : chosen.size();
  const auto is_chosen = [&](const Session* session) {
    return std::find(chosen.begin(), chosen.end(), session->link) != chosen.end();
  };
  for (Session* session : sessions) {
    if (!is_chosen(session)) choke(turn, *session);
  }
  for (Session* session : sessions) {
    if (is_chosen(session)) unchoke(turn, *session);
  }
}

void admit(Turn& turn, const std::vector<Session*>& waiting, std::size_t count) {
  const std::vector<Taker> takers = takers_of(waiting);
  for (const LinkId link : choker_of(turn).admit(round_of(turn, takers), count)) {
    for (Session* session : waiting) {
      if (session->link == link) unchoke(turn, *session);
    }
  }
}

}  // namespace

void choke(Turn& turn, Session& session) {
  if (session.am_choking) return;
  session.am_choking = true;
  turn.say(session, wire::bt::Choke{});
  for (const BlockRange& block : session.uplink.take_queue()) reject(turn, session, block);
}

void fill_slots(Turn& turn) {
  State& state = turn.state;
  std::vector<Session*> waiting;
  const auto interested = interested_sessions(turn);
  const bool in_round = state.choke_at != TimePoint::max();
  std::size_t taken = 0;
  for (Session* session : interested) {
    if (!session->am_choking)
      ++taken;
    else if (!in_round || !is_resting(turn, *session))
      waiting.push_back(session);
  }
  if (waiting.empty()) return;
  const std::size_t slots =
      in_round ? state.served : choker_of(turn).slots(turn.config, state.upload_rate);
  const std::size_t served = std::min(slots - std::min(taken, slots), waiting.size());
  if (served == waiting.size()) {
    for (Session* session : waiting) unchoke(turn, *session);
  } else if (served > 0) {
    admit(turn, waiting, served);
  }
  if (in_round || turn.config.upload_slots == 0 || !must_choose(turn, interested)) return;
  state.served = slots;
  begin_round(turn);
}

void run_choker(Turn& turn) {
  State& state = turn.state;
  if (turn.now < state.choke_at) {
    if (state.choke_at != TimePoint::max()) turn.wake_by(state.choke_at);
    return;
  }
  measure_rate(turn);
  const auto interested = interested_sessions(turn);
  if (must_choose(turn, interested)) {
    choke_round(turn, interested);
    begin_round(turn);
  } else {
    state.choke_at = TimePoint::max();
    fill_slots(turn);
  }
}

}  // namespace freshet::core::transfer
