#include "node/core/transfer/reading.h"

#include <algorithm>
#include <utility>

#include "node/core/transfer/fetching.h"
#include "node/core/transfer/links.h"
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

bool may_ask_leaves(const Turn& turn, const Session& session, std::uint32_t piece) {
  return !session.closing && !session.stalled && !session.no_leaves && session.have.has(piece)
         && session.hash_requests < turn.config.max_hash_requests;
}

// Of the byte that somebody waits for.
void ask_leaves_at(Turn& turn, Content& content, std::uint64_t place) {
  Fetch& fetch = *content.fetch;
  const auto piece = static_cast<std::uint32_t>(place / content.shape->piece_length);
  if (!fetch.leaves->fits(piece) || !fetch.leaves->may_add(piece)) return;
  if (!fetch.hashes->hash_of(piece) || fetch.picker->is_whole(piece)) return;
  for (Session* session : fastest_first(content)) {
    if (!may_ask_leaves(turn, *session, piece)) continue;
    if (session->hash_requests++ == 0) session->hashes_at = turn.now;
    turn.say(*session, fetch.leaves->ask(piece, place, session->link));
    turn.wake_by(turn.now + turn.config.hashes_timeout);
    return;
  }
}

}  // namespace

void ask_leaves(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  if (!fetch.leaves || !fetch.hashes) return;
  const std::vector<std::uint64_t> places = fetch.picker->awaited();
  const std::uint64_t length = content.shape->piece_length;
  fetch.leaves->keep_if([&](std::uint32_t piece) {
    return std::any_of(
        places.begin(), places.end(), [&](std::uint64_t place) { return place / length == piece; });
  });
  for (const std::uint64_t place : places) ask_leaves_at(turn, content, place);
}

void on_leaves(Turn& turn,
               Session& session,
               std::uint32_t piece,
               const std::vector<Sha256>& leaves) {
  Content& content = *session.content;
  Fetch& fetch = *content.fetch;
  const auto expected = fetch.hashes->hash_of(piece);
  if (!expected || !fetch.leaves->answered(piece, leaves, *expected)) {
    ++turn.counters.hashes_bad;
    ban(turn, session, CloseReason::bad_data);
    return;
  }
  try_verify_blocks(turn, content, piece);
}

void try_verify_blocks(Turn& turn, Content& content, std::uint32_t piece) {
  Fetch& fetch = *content.fetch;
  if (!fetch.leaves || fetch.verifying.contains(piece)) return;
  auto check = fetch.leaves->next_check(piece, [&](std::uint32_t block) {
    return fetch.picker->bringer(content.shape->block_range(piece, block));
  });
  if (!check) return;
  turn.push(VerifyBlocks{
      .content = content.id, .blocks = check->bytes, .leaves = std::move(check->leaves)});
}

void on_blocks_verified(Turn& turn, Content& content, const BlocksVerified& verified) {
  if (!content.fetch || !content.fetch->leaves) return;
  Fetch& fetch = *content.fetch;
  if (!fetch.leaves->is_checking(verified.blocks)) return;
  const std::uint32_t piece = verified.blocks.piece;
  const auto suspect = fetch.leaves->suspect(piece, verified.bad_block);
  fetch.leaves->checked(verified.blocks, verified.verdict == Verdict::ok);
  switch (verified.verdict) {
    case Verdict::ok:
      turn.counters.blocks_verified +=
          (verified.blocks.length + wire::bt::kBlockBytes - 1) / wire::bt::kBlockBytes;
      tell_progress(turn, content);
      break;
    case Verdict::bad:
      ++turn.counters.blocks_bad;
      fetch.refill = true;
      if (suspect) ban_key(turn, content, *suspect, CloseReason::bad_data);
      break;
    case Verdict::disk_error:  // the whole piece says what it is
      fetch.leaves->drop(piece);
      break;
  }
  try_verify_blocks(turn, content, piece);
}

std::vector<Ready> ready_of(const Content& content) {
  const Fetch& fetch = *content.fetch;
  std::vector<Ready> all = fetch.picker->ready();
  if (!fetch.leaves) return all;
  for (Ready& ready : all) {
    const auto reading =
        std::find_if(fetch.readings.begin(), fetch.readings.end(), [&](const Reading& each) {
          return each.reader == ready.reader;
        });
    if (reading == fetch.readings.end() || ready.to >= reading->to) continue;
    ready.to = std::min(reading->to, fetch.leaves->verified_to(ready.to));
  }
  return all;
}

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
  ask_leaves(turn, *content);
  for (Session* session : sessions) ask_more(turn, *session);
}

}  // namespace freshet::core::transfer
