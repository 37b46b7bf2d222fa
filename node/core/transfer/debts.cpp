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

}  // namespace

// A slow link is given the time that it needs.
Duration stall_time(const Turn& turn, const Session& session) {
  constexpr int kBlocks = 6;
  return std::clamp(
      kBlocks * session.window.block_time(), turn.config.stall_timeout, turn.config.slow_stall);
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
  if (turn.now < late) return turn.wake_by(late);
  ++turn.counters.stalls;
  session.stalled = true;
  if (session.polite) session.polite->lost();
  Fetch& fetch = *session.content->fetch;
  for (InFlight& entry : session.in_flight) {
    fetch.picker->release(entry.block);
    entry.given_up = true;
  }
  fetch.picker->drop_link(session.link, session.peer);
  fetch.refill = true;
}

}  // namespace freshet::core::transfer
