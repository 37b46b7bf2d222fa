#include "node/core/transfer/debts.h"

#include <algorithm>

#include "node/core/transfer/links.h"
#include "node/core/transfer/rates.h"
#include "node/core/transfer/requests.h"

namespace freshet::core::transfer {
namespace {

// What the link owes came to nothing for a while: the path may be broken, and another lead to the
// same node.
void look_for_detour(Turn& turn, const Session& session) {
  if (!session.content->fetch) return;
  TimePoint since = TimePoint::max();
  if (!session.in_flight.empty()) since = session.data_at;
  if (session.hash_requests > 0) since = std::min(since, session.hashes_at);
  if (since == TimePoint::max()) return;
  const TimePoint due = since + turn.config.detour_after;
  if (turn.now < due) return turn.wake_by(due);
  if (session.content->fetch->sources.detour(turn.config, session.peer, turn.now))
    ++turn.counters.detours;
  turn.wake_by(turn.now + turn.config.detour_after);
}

// Others may be asked for the block; it is still welcome.
void give_up(Fetch& fetch, InFlight& entry) {
  if (!entry.given_up) fetch.picker->release(entry.block);
  entry.given_up = true;
}

// What was cancelled and neither comes nor is refused, while other blocks come.
void give_up_called_off(Turn& turn, Session& session) {
  if (session.called_off == 0) return;
  Fetch& fetch = *session.content->fetch;
  const Duration patience = stall_time(turn, session);
  for (InFlight& entry : session.in_flight) {
    if (!entry.called_off || entry.given_up) continue;
    const TimePoint late = entry.called_off_at + patience;
    if (turn.now < late) {
      turn.wake_by(late);
      continue;
    }
    give_up(fetch, entry);
    fetch.refill = true;
  }
}

}  // namespace

// A slow link is given the time that it needs, and one with a long way, too.
Duration stall_time(const Turn& turn, const Session& session) {
  constexpr int kBlocks = 6;
  constexpr int kWays = 2;
  const Duration needs =
      std::max(kBlocks * session.window.block_time(), kWays * session.window.first_took());
  return std::clamp(needs, turn.config.stall_timeout, turn.config.slow_stall);
}

void on_choked(Turn& turn, Session& session) {
  if (!session.content->fetch || !session.content->fetch->picker) return;
  session.content->fetch->picker->rest_link(session.link, session.peer);
  session.content->fetch->refill = true;
  if (!session.fast) forget_requests(turn, session);
}

void forget_requests(Turn& turn, Session& session) {
  if (session.in_flight.empty() || !session.content->fetch) return;
  Fetch& fetch = *session.content->fetch;
  for (const InFlight& entry : session.in_flight) {
    if (!entry.given_up && fetch.picker) fetch.picker->release(entry.block);
    unasked_block(turn, fetch, entry.block.length);
  }
  session.forgiven += static_cast<std::uint32_t>(session.in_flight.size());
  session.in_flight.clear();
  session.called_off = 0;
  session.stalled = false;
  fetch.refill = true;
}

void run_debt_timers(Turn& turn, Session& session) {
  look_for_detour(turn, session);
  if (session.hash_requests > 0 && session.content->fetch) {
    const TimePoint dead = session.hashes_at + turn.config.data_timeout;
    if (turn.now >= dead) return close(turn, session, CloseReason::silent);
    turn.wake_by(dead);
  }
  if (session.in_flight.empty()) return;
  const TimePoint dead = session.data_at + turn.config.data_timeout;
  if (turn.now >= dead) return close(turn, session, CloseReason::silent);
  turn.wake_by(dead);
  if (session.stalled) return;
  const TimePoint late = session.data_at + stall_time(turn, session);
  if (turn.now < late) {
    turn.wake_by(late);
    return give_up_called_off(turn, session);
  }
  ++turn.counters.stalls;
  session.stalled = true;
  if (session.polite) session.polite->lost();
  Fetch& fetch = *session.content->fetch;
  for (InFlight& entry : session.in_flight) give_up(fetch, entry);
  fetch.picker->drop_link(session.link, session.peer);
  fetch.refill = true;
}

}  // namespace freshet::core::transfer
