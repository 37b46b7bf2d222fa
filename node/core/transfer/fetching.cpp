#include "node/core/transfer/fetching.h"

#include <algorithm>
#include <utility>

#include "node/core/transfer/debts.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/messages_in.h"
#include "node/core/transfer/reading.h"
#include "node/core/transfer/requests.h"
#include "node/core/transfer/sizing.h"
#include "node/wire/bt/sha256.h"

namespace freshet::core::transfer {
namespace {

// Others that fetch it too count while something moves: they may have more soon. Once all stand
// still only who has something that is lacked does; who waits for the others must hear of it.
std::uint32_t usable_sources(const Turn& turn, const Content& content) {
  const bool moves = turn.now - content.fetch->news_at < turn.config.standstill;
  const auto count =
      std::count_if(content.sessions.begin(), content.sessions.end(), [&](const Session* session) {
        return session->announced.known
               && (session->announced.all || session->interesting > 0
                   || (moves && session->have.count() > 0));
      });
  return static_cast<std::uint32_t>(count);
}

void add_sources(Turn& turn, Content& content, const std::vector<Source>& sources) {
  for (const Source& source : sources) {
    if (source.key != turn.self) content.fetch->sources.add(turn.config, source);
  }
}

void finish(Turn& turn, Content& content) {
  ++turn.counters.fetches_done;
  turn.push(FetchDone{.content = content.id,
                      .size = content.shape->size,
                      .sources = static_cast<std::uint32_t>(content.fetch->contributors.size())});
  for (Session* session : content.sessions) {
    forget_requests(turn, *session);
    session->interesting = 0;
  }
  content.fetch.reset();
  turn.state.reap = true;
  const auto sessions = content.sessions;
  for (Session* session : sessions) {
    update_interest(turn, *session);
    if (session->peer_has_all()) close(turn, *session, CloseReason::finished);
  }
}

void end(Turn& turn, Content& content, CloseReason reason) {
  content.fetch.reset();
  turn.state.reap = true;
  const auto sessions = content.sessions;
  for (Session* session : sessions) close(turn, *session, reason);
}

void piece_good(Turn& turn, Content& content, std::uint32_t piece) {
  Fetch& fetch = *content.fetch;
  ++turn.counters.pieces_verified;
  fetch.news_at = turn.now;
  for (const NodeKey& key : fetch.picker->contributors(piece)) fetch.contributors.insert(key);
  fetch.picker->done(piece);
  if (fetch.leaves) fetch.leaves->drop(piece);
  content.have.add(piece);
  content.verified_bytes += content.shape->piece_bytes(piece);
  for (Session* session : content.sessions) {
    const bool peer_has = session->announced.known && session->have.has(piece);
    if (!peer_has) turn.say(*session, wire::bt::Have{piece});
    if (session->have.has(piece)) --session->interesting;
    update_interest(turn, *session);
  }
  tell_progress(turn, content);
  fetch.refill = true;  // the memory of an open piece is free for another
  if (content.have.all()) finish(turn, content);
}

// One source: it is the liar. Several: the piece is fetched again from one alone, so that the next
// failure names it.
void piece_bad(Turn& turn, Content& content, std::uint32_t piece) {
  Fetch& fetch = *content.fetch;
  ++turn.counters.pieces_bad;
  const std::vector<NodeKey> suspects = fetch.picker->contributors(piece);
  fetch.picker->failed(piece, suspects.size() > 1);
  fetch.refill = true;
  if (suspects.size() == 1) ban_key(turn, content, suspects.front(), CloseReason::bad_data);
}

// What one link owes too long is asked of another, where there is one; of the same again when
// nobody else had it either.
void expire_hashes(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  if (!fetch.hashes || content.sessions.empty()) return;
  const bool alone = content.sessions.size() == 1 && content.sessions[0]->hash_requests > 0;
  if (!alone && fetch.hashes->expire(turn.now, turn.config.hashes_timeout)) fetch.refill = true;
  if (alone) return;
  if (const auto oldest = fetch.hashes->oldest()) {
    turn.wake_by(*oldest + turn.config.hashes_timeout);
  }
}

void ask_for_sources(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  if (content.sessions.size() >= turn.config.wanted_sources) return;
  if (turn.now >= fetch.ask_sources_at) {
    fetch.ask_sources_pause =
        fetch.ask_sources_pause == Duration{}
            ? turn.config.need_sources_min
            : std::min(2 * fetch.ask_sources_pause, turn.config.need_sources_max);
    fetch.ask_sources_at = turn.now + fetch.ask_sources_pause;
    turn.push(NeedSources{content.id});
  }
  turn.wake_by(fetch.ask_sources_at);
}

// Returns true when the fetch is over.
bool check_exhausted(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  const bool exhausted =
      fetch.sources.any_banned() && fetch.sources.size() == 0 && content.sessions.empty();
  if (!exhausted) {
    fetch.exhausted_at.reset();
    return false;
  }
  if (!fetch.exhausted_at) {
    fetch.exhausted_at = turn.now;
    fetch.ask_sources_at = turn.now;
  }
  const TimePoint due = *fetch.exhausted_at + turn.config.exhausted_grace;
  turn.wake_by(due);
  if (turn.now < due) return false;
  fail(turn, content, ErrorCode::verification, "every source sent data that does not verify");
  return true;
}

}  // namespace

void on_start(Turn& turn, const StartFetch& start) {
  auto& place = turn.state.contents[start.content];
  if (!place) {
    place = std::make_unique<Content>();
    place->id = start.content;
  }
  Content& content = *place;
  if (content.fetch) {
    add_sources(turn, content, start.sources);
    dial_sources(turn, content);
    return;
  }
  if (content.complete()) {
    turn.push(FetchDone{.content = content.id, .size = content.shape->size, .sources = 0});
    return;
  }
  ++turn.counters.fetches_started;
  content.fetch = std::make_unique<Fetch>();
  if (start.size_claim && is_possible_size(*start.size_claim)) {
    content.fetch->claim = start.size_claim;
  }
  add_sources(turn, content, start.sources);
  const bool enough = !start.sources.empty();
  content.fetch->ask_sources_at = enough ? turn.now + turn.config.need_sources_first : turn.now;
  const bool empty = Sha256::from(content.id.view()) == wire::bt::sha256({});
  if (start.resumed_size || content.proven) {
    content.fetch->resumed = true;
    adopt_size(turn, content, content.proven ? content.shape->size : *start.resumed_size);
  } else if (empty) {
    adopt_size(turn, content, 0);
  }
  run_fetch_timers(turn, content);
}

void on_add_sources(Turn& turn, const AddSources& add) {
  Content* content = turn.find(add.content);
  if (content == nullptr || !content->fetch) return;
  add_sources(turn, *content, add.sources);
  run_fetch_timers(turn, *content);
}

void on_stop(Turn& turn, const ContentId& id) {
  Content* content = turn.find(id);
  if (content != nullptr && content->fetch) end(turn, *content, CloseReason::stopped);
}

void fail(Turn& turn, Content& content, ErrorCode code, std::string message) {
  ++turn.counters.fetches_failed;
  turn.push(FetchFailed{.content = content.id, .code = code, .message = std::move(message)});
  end(turn, content, CloseReason::stopped);
}

void on_storage_ready(Turn& turn, Content& content, const PieceSet& have) {
  if (!content.fetch || !content.proven || content.fetch->storage_ready) return;
  Fetch& fetch = *content.fetch;
  FRESHET_CHECK(have.size() == content.shape->piece_count);
  fetch.storage_ready = true;
  fetch.news_at = turn.now;
  fetch.leaves.emplace(content.id, *content.shape);
  content.verified_bytes = 0;
  for (std::uint32_t piece = 0; piece < have.size(); ++piece) {
    if (!have.has(piece)) continue;
    if (!content.have.has(piece)) {
      for (Session* session : content.sessions) turn.say(*session, wire::bt::Have{piece});
    }
    fetch.picker->done(piece);
    content.verified_bytes += content.shape->piece_bytes(piece);
  }
  content.have = have;
  for (Session* session : content.sessions) {
    count_interesting(*session);
    update_interest(turn, *session);
  }
  tell_progress(turn, content);
  if (content.have.all()) {
    finish(turn, content);
    return;
  }
  for (const std::uint32_t piece : fetch.picker->whole_pieces()) try_verify(turn, content, piece);
  ask_leaves(turn, content);
  fetch.refill = true;
}

void try_verify(Turn& turn, Content& content, std::uint32_t piece) {
  Fetch& fetch = *content.fetch;
  if (!fetch.storage_ready || !fetch.picker->is_whole(piece)) return;
  const auto expected = fetch.hashes->hash_of(piece);
  if (!expected || !fetch.verifying.insert(piece).second) return;
  turn.push(Verify{.content = content.id,
                   .piece = piece,
                   .expected = *expected,
                   .leaf_count = content.shape->blocks_per_piece()});
}

void on_verified(Turn& turn, Content& content, const Verified& verified) {
  if (!content.fetch || content.fetch->verifying.erase(verified.piece) == 0) return;
  switch (verified.verdict) {
    case Verdict::ok:
      piece_good(turn, content, verified.piece);
      break;
    case Verdict::bad:
      piece_bad(turn, content, verified.piece);
      break;
    case Verdict::disk_error:
      fail(turn, content, ErrorCode::io, verified.message);
      break;
  }
}

void count_interesting(Session& session) {
  const Content& content = *session.content;
  session.interesting = 0;
  if (!content.fetch) return;
  for (std::uint32_t piece = 0; piece < session.have.size(); ++piece) {
    const bool here = piece < content.have.size() && content.have.has(piece);
    if (session.have.has(piece) && !here) ++session.interesting;
  }
}

void update_interest(Turn& turn, Session& session) {
  const bool hoping = session.speculating && !session.announced.known;
  const bool unsized = session.content->fetch && !session.content->shape;
  const bool announced = session.announced.all || !session.announced.bits.empty();
  const bool interested =
      session.content->fetch && (session.interesting > 0 || hoping || (unsized && announced));
  if (interested == session.am_interested) return;
  session.am_interested = interested;
  if (interested) {
    turn.say(session, wire::bt::Interested{});
    return;
  }
  turn.say(session, wire::bt::NotInterested{});
  session.useful_at = turn.now;
  turn.wake_by(turn.now + turn.config.useless_timeout);
}

void tell_progress(Turn& turn, Content& content) {
  content.fetch->shown_sources = usable_sources(turn, content);
  std::uint32_t& ready = content.ready_pieces;
  while (ready < content.have.size() && content.have.has(ready)) ++ready;
  turn.push(Progress{.content = content.id,
                     .verified_bytes = content.verified_bytes,
                     .size = content.shape->size,
                     .sources = content.fetch->shown_sources,
                     .ready_bytes = std::min(content.shape->size,
                                             std::uint64_t{ready} * content.shape->piece_length),
                     .readers = ready_of(content)});
}

void note_sources(Turn& turn, Content& content) {
  if (!content.fetch || !content.fetch->storage_ready) return;
  if (usable_sources(turn, content) != content.fetch->shown_sources) tell_progress(turn, content);
}

void run_fetch_timers(Turn& turn, Content& content) {
  if (!content.fetch) return;
  dial_sources(turn, content);
  expire_hashes(turn, content);
  if (check_exhausted(turn, content)) return;
  ask_for_sources(turn, content);
  note_sources(turn, content);
  const TimePoint stands_at = content.fetch->news_at + turn.config.standstill;
  if (content.fetch->storage_ready && turn.now < stands_at) turn.wake_by(stands_at);
}

}  // namespace freshet::core::transfer
