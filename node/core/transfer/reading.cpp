#include "node/core/transfer/reading.h"

#include <algorithm>

#include "node/core/transfer/fetching.h"
#include "node/core/transfer/requests.h"

namespace freshet::core::transfer {
namespace {

// Who brings most is asked first for what somebody waits for.
std::vector<Session*> fastest_first(const Content& content) {
  std::vector<Session*> sessions = content.sessions;
  std::stable_sort(sessions.begin(), sessions.end(), [](const Session* a, const Session* b) {
    return a->window.rate() > b->window.rate();
  });
  return sessions;
}

// What the link was asked for would stand in front of what somebody waits for. BEP 6: each block
// that was cancelled still comes, or is refused; until then, or until it is late
// (run_debt_timers()), nobody else is asked for it.
// Without BEP 6 nothing would tell which of the two, so there it is left.
void call_off(Turn& turn, Session& session) {
  if (!session.fast || session.closing || session.peer_choking || session.stalled) return;
  Picker& picker = *session.content->fetch->picker;
  if (!picker.can_serve_readers(asker_of(session))) return;
  for (InFlight& entry : session.in_flight) {
    if (entry.called_off || picker.is_read_soon(entry.block.piece)) continue;
    entry.called_off = true;
    entry.called_off_at = turn.now;
    session.data_at = turn.now;  // what is refused is no data, and no stall
    ++session.called_off;
    ++turn.counters.cancels_sent;
    ++turn.counters.blocks_called_off;
    turn.say(session, wire::bt::Cancel{entry.block});
  }
}

}  // namespace

void on_set_readings(Turn& turn, const SetReadings& set) {
  Content* content = turn.find(set.content);
  if (content == nullptr || !content->fetch) return;
  Fetch& fetch = *content->fetch;
  const std::size_t count = std::min(set.readings.size(), turn.config.max_readers);
  fetch.whole = set.whole;
  fetch.readings.assign(set.readings.begin(),
                        set.readings.begin() + static_cast<std::ptrdiff_t>(count));
  if (!fetch.picker) return;
  const bool is_new = fetch.picker->want(fetch.whole, fetch.readings);
  fetch.refill = true;
  if (!fetch.storage_ready) return;
  tell_progress(turn, *content);
  if (!is_new) return;
  const auto sessions = fastest_first(*content);
  for (Session* session : sessions) call_off(turn, *session);
  for (Session* session : sessions) ask_more(turn, *session);
}

}  // namespace freshet::core::transfer
