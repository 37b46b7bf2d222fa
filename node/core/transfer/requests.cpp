#include "node/core/transfer/requests.h"

#include <algorithm>

#include "node/core/transfer/debts.h"
#include "node/core/transfer/fetching.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/messages_in.h"
#include "node/core/transfer/rates.h"
#include "node/core/transfer/reading.h"
#include "node/core/transfer/sizing.h"

namespace freshet::core::transfer {
namespace {

using InFlightList = std::deque<InFlight>;

// Blocks come in the order in which they were asked, so the search ends at once.
InFlightList::iterator find_in_flight(Session& session, const BlockRange& block) {
  return std::find_if(session.in_flight.begin(),
                      session.in_flight.end(),
                      [&](const InFlight& entry) { return entry.block == block; });
}

bool is_asked(Session& session, const BlockRange& block) {
  return find_in_flight(session, block) != session.in_flight.end();
}

// The content's shape may be relied on as far as this link is concerned.
bool shape_holds(const Session& session) {
  const Content& content = *session.content;
  return content.shape && (content.proven || session.claim == content.shape->size);
}

void ask_hashes(Turn& turn, Session& session) {
  PieceHashes& hashes = *session.content->fetch->hashes;
  while (session.hash_requests < turn.config.max_hash_requests) {
    const auto request = hashes.ask(session.link, turn.now);
    if (!request) return;
    if (session.hash_requests++ == 0) session.hashes_at = turn.now;
    turn.say(session, *request);
    turn.wake_by(turn.now + turn.config.hashes_timeout);
  }
}

bool may_ask_blocks(const Session& session) {
  const Fetch& fetch = *session.content->fetch;
  if (session.stalled || (session.peer_choking && !session.speculating)) return false;
  if (session.interesting == 0) return false;
  return fetch.storage_ready || !fetch.resumed;
}

// Before StorageReady, what is kept and what is on its way is bounded for the whole content.
std::size_t unproven_room(const Turn& turn, const Content& content) {
  std::size_t used = content.fetch->unproven_kept;
  for (const Session* session : content.sessions) {
    if (!session->stalled) used += session->in_flight.size();
  }
  const std::size_t most = turn.config.max_unproven_blocks - 1;  // one is for the last block
  return most - std::min(most, used);
}

}  // namespace

Picker::Asker asker_of(Session& session, const SeedShare* share) {
  const Content& content = *session.content;
  return {.link = session.link,
          .key = session.peer,
          .have = session.have,
          .owes_last = !content.proven && is_asked(session, last_block(*content.shape)),
          .share = share};
}

namespace {

std::optional<BlockRange> pick(Turn& turn, Session& session, const SeedShare* share) {
  Picker& picker = *session.content->fetch->picker;
  const Picker::Asker asker = asker_of(session, share);
  if (const auto block = picker.pick(asker)) return block;
  if (session.content->fetch->storage_ready) {
    bool is_room = false;
    while (const auto piece = picker.make_room(asker)) {
      ++turn.counters.pieces_abandoned;
      turn.push(DropPiece{.content = session.content->id, .piece = *piece});
      is_room = true;
    }
    if (is_room) return picker.pick(asker);
  }
  if (!picker.endgame()) {
    session.idle_epoch = picker.epoch();
    return std::nullopt;
  }
  if (session.owed_blocks() >= turn.config.endgame_window) return std::nullopt;
  return picker.pick_duplicate(asker,
                               [&](const BlockRange& block) { return is_asked(session, block); });
}

bool is_fetcher(const Session* other) {
  return other->announced.known && !other->peer_has_all();
}

// Others fetch beside this node from who has everything.
bool is_seed_of_swarm(const Session& session) {
  const auto& sessions = session.content->sessions;
  return session.peer_has_all() && std::any_of(sessions.begin(), sessions.end(), is_fetcher);
}

std::optional<SeedShare> share_of(const Turn& turn, const Session& session) {
  if (!is_seed_of_swarm(session)) return std::nullopt;
  SeedShare share(turn.self);
  for (const Session* other : session.content->sessions) {
    if (is_fetcher(other)) share.add(other->peer);
  }
  return share;
}

// What waits at a seed is what several may have asked of it at the same time, each because nobody
// had it yet: so little waits there. What a new link may owe is shared among the links of the
// content: in a swarm most peers are slow, and what one is asked for nobody else brings. Where
// somebody reads it is as little as can be: he would wait for the slowest.
std::size_t window_of(const Turn& turn, const Session& session) {
  std::uint32_t blocks = session.window.blocks();
  if (!session.window.is_measured()) {
    if (session.content->shape->block_count <= turn.config.asked_at_once)
      blocks = turn.config.asked_at_once;
    const auto links = static_cast<std::uint32_t>(session.content->sessions.size());
    const bool may_delay = links > 1 && !session.content->fetch->readings.empty();
    blocks = may_delay ? turn.config.min_window
                       : std::max(blocks / std::max(links, 1U), turn.config.min_window);
  } else if (is_seed_of_swarm(session)) {
    blocks = session.window.lean_blocks(turn.config);
  }
  if (session.polite) blocks = std::min(blocks, session.polite->blocks());
  return std::min(blocks, session.reqq);
}

void follow_wish(const Turn& turn, Session& session) {
  if (!is_polite(turn, *session.content->fetch)) {
    session.polite.reset();
  } else if (!session.polite) {
    session.polite = std::make_unique<PoliteWindow>(turn.now);
  }
}

// REQUIRES: the block is not counted as in flight any longer.
void measure(const Turn& turn, Session& session, const InFlight& brought) {
  session.window.delivered(turn.config,
                           {.bytes = brought.block.length,
                            .took = turn.now - brought.asked_at,
                            .in_flight = session.in_flight.size() + 1},
                           turn.now);
  // A short block says of the way what a whole one never will: it took less of it.
  const bool is_short = brought.block.length < wire::bt::kBlockBytes;
  if (!session.polite || brought.given_up || is_short) return;
  const std::uint64_t others = session.in_flight.size() * wire::bt::kBlockBytes;
  session.polite->delivered(
      brought.block.length, others + brought.block.length, brought.asked_at, turn.now);
}

// A polite window of less than a block: the next one waits.
bool is_pausing(Turn& turn, Session& session) {
  if (!session.polite || !session.in_flight.empty()) return false;
  const TimePoint ready_at = session.polite->ready_at();
  if (turn.now >= ready_at) return false;
  session.content->fetch->hungry = true;  // asks to be looked at then
  turn.wake_by(ready_at);
  return true;
}

void ask_block(Turn& turn, Session& session, const BlockRange& block) {
  session.in_flight.push_back({.block = block, .asked_at = turn.now});
  turn.say(session, wire::bt::Request{block});
  asked_block(turn, *session.content->fetch, block.length);
  ++turn.counters.blocks_requested;
}

void ask_blocks(Turn& turn, Session& session) {
  Content& content = *session.content;
  Fetch& fetch = *content.fetch;
  if (!may_ask_blocks(session)) return;
  if (session.idle_epoch == fetch.picker->epoch() && !fetch.picker->endgame()) return;
  follow_wish(turn, session);
  if (is_pausing(turn, session)) return;
  const std::size_t target = window_of(turn, session);
  const std::size_t batch = std::max<std::size_t>(1, target / 4);
  const std::size_t before = session.owed_blocks();
  if (before > 0 && before + batch > target) return;
  const bool was_idle = session.in_flight.empty();
  std::size_t room = fetch.storage_ready ? target : unproven_room(turn, content);
  room = std::min(room, affordable_blocks(turn, fetch));
  if (room == 0 && !content.proven) {
    // What may be kept unproven is there or on its way: nothing goes on without the last block.
    const auto last = fetch.picker->pick_last(asker_of(session));
    if (last) ask_block(turn, session, *last);
  }
  const std::optional<SeedShare> share = share_of(turn, session);
  while (session.owed_blocks() < target && session.in_flight.size() < session.reqq && room > 0) {
    const auto block = pick(turn, session, share ? &*share : nullptr);
    if (!block) break;
    --room;
    ask_block(turn, session, *block);
  }
  if (session.owed_blocks() < target) affordable_blocks(turn, fetch);  // asks to be woken
  if (!was_idle || session.in_flight.empty()) return;
  session.data_at = turn.now;
  session.window.resume(turn.now);
  turn.wake_by(turn.now + stall_time(turn, session));
}

// The end-game: another link brought the block first.
void cancel_elsewhere(Turn& turn, const Session& from, const BlockRange& block) {
  for (Session* session : from.content->sessions) {
    if (session == &from) continue;
    const auto at = find_in_flight(*session, block);
    if (at == session->in_flight.end() || at->given_up) continue;
    session->settle(at);
    unasked_block(turn, *from.content->fetch, block.length);
    ++session->forgiven;
    ++turn.counters.cancels_sent;
    turn.say(*session, wire::bt::Cancel{block});
  }
  from.content->fetch->refill = true;
}

// A stalled link brings data again: what nobody else took meanwhile is its own again, the rest is
// not needed.
void recover(Turn& turn, Session& session) {
  session.stalled = false;
  InFlightList kept;
  for (InFlight& entry : session.in_flight) {
    if (entry.called_off) {
      kept.push_back(entry);
      continue;
    }
    if (!entry.given_up || session.content->fetch->picker->claim(entry.block)) {
      kept.push_back({.block = entry.block, .asked_at = entry.asked_at});
      continue;
    }
    ++session.forgiven;
    ++turn.counters.cancels_sent;
    turn.say(session, wire::bt::Cancel{entry.block});
  }
  session.in_flight = std::move(kept);
}

void on_unasked(Turn& turn, Session& session) {
  if (session.forgiven > 0) {
    --session.forgiven;
    ++turn.counters.blocks_duplicate;
    return;
  }
  ++turn.counters.blocks_unasked;
  offend(turn, session);
}

// Takes a block that was asked into its piece.
void keep(Turn& turn, Session& session, const InFlight& entry) {
  Content& content = *session.content;
  Fetch& fetch = *content.fetch;
  const BlockRange& block = entry.block;
  const bool is_full = fetch.unproven_kept + 1 >= turn.config.max_unproven_blocks;
  if (!fetch.storage_ready && is_full && !is_last_block(content, block)) {
    if (!entry.given_up) fetch.picker->release(block);
    return;
  }
  const auto arrival = fetch.picker->arrived(block, session.peer, entry.given_up);
  if (!arrival.kept) {
    ++turn.counters.blocks_duplicate;
    return;
  }
  ++turn.counters.blocks_in;
  if (!fetch.storage_ready) ++fetch.unproven_kept;
  turn.push(KeepBlock{.link = session.link,
                      .content = content.id,
                      .block = block,
                      .piece_bytes = content.shape->piece_bytes(block.piece)});
  if (arrival.duplicated) cancel_elsewhere(turn, session, block);
  if (!content.proven) try_check_last(turn, content);
  if (arrival.whole) try_verify(turn, content, block.piece);
  if (!arrival.whole) try_verify_blocks(turn, content, block.piece);
}

// The peer said it had the piece, and refuses it.
void forget_piece(Session& session, std::uint32_t piece) {
  if (piece >= session.have.size() || !session.have.has(piece)) return;
  PieceSet have = session.have;
  have.remove(piece);
  set_have(session, std::move(have));
  session.content->fetch->picker->refused(piece, session.link, session.peer);
}

}  // namespace

void ask_more(Turn& turn, Session& session) {
  if (session.closing || session.content == nullptr) return;
  const Content& content = *session.content;
  if (!content.fetch || !content.fetch->picker || !shape_holds(session)) return;
  ask_hashes(turn, session);
  ask_blocks(turn, session);
}

void on_block(Turn& turn, Session& session, const BlockRange& block) {
  session.heard_at = turn.now;
  turn.counters.bytes_in += block.length;
  session.round_in += block.length;
  const auto at = find_in_flight(session, block);
  if (at == session.in_flight.end()) {
    on_unasked(turn, session);
    return;
  }
  const InFlight entry = *at;
  session.settle(at);
  session.data_at = turn.now;
  session.delivered = true;
  measure(turn, session, entry);
  keep(turn, session, entry);
  if (session.closing || !session.content->fetch || !session.content->fetch->picker) return;
  if (session.stalled) recover(turn, session);
  ask_more(turn, session);
}

void on_reject(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.rejects_in;
  const auto at = find_in_flight(session, block);
  if (at == session.in_flight.end()) {
    if (session.forgiven > 0) --session.forgiven;
    return;
  }
  Fetch& fetch = *session.content->fetch;
  if (!at->given_up) fetch.picker->release(block);
  const bool was_called_off = at->called_off;
  session.settle(at);
  unasked_block(turn, fetch, block.length);
  if (session.in_flight.empty()) session.stalled = false;  // it owes nothing any longer
  fetch.refill = true;
  if (was_called_off) return;
  if (session.speculating) {
    session.speculating = false;
    return;
  }
  if (session.peer_choking) return;
  if (!session.content->proven && is_last_block(*session.content, block)) {
    refute_claim(turn, session);  // a content of the claimed size has it
    return;
  }
  forget_piece(session, block.piece);
  update_interest(turn, session);
  note_sources(turn, *session.content);
  offend(turn, session);
}

// Books an answer, of either kind, to a hash request. Whether the fetch still waits for hashes.
static bool books_hash_answer(Turn& turn, Session& session) {
  if (session.hash_requests == 0) {
    offend(turn, session);
    return false;
  }
  --session.hash_requests;
  session.hashes_at = turn.now;
  const Content& content = *session.content;
  return content.fetch && content.fetch->hashes;
}

// The piece whose leaves the link was asked for so.
static std::optional<std::uint32_t> piece_of_leaves(const Session& session,
                                                    const HashRequest& request) {
  const auto& leaves = session.content->fetch->leaves;
  return leaves ? leaves->asked(session.link, request) : std::nullopt;
}

void on_hashes(Turn& turn, Session& session, const wire::bt::Hashes& answer) {
  if (!books_hash_answer(turn, session)) return;
  Content& content = *session.content;
  if (const auto piece = piece_of_leaves(session, answer.request)) {
    on_leaves(turn, session, *piece, answer.hashes);
    ask_more(turn, session);
    return;
  }
  const auto result = content.fetch->hashes->answered(answer.request, answer.hashes);
  using Kind = PieceHashes::Answer::Kind;
  if (result.kind == Kind::bad) {
    ++turn.counters.hashes_bad;
    const bool size = result.of_size_proof;
    if (size) ++turn.counters.size_proofs_bad;
    ban(turn, session, size ? CloseReason::bad_size : CloseReason::bad_data);
    return;
  }
  if (result.kind == Kind::size_proof) try_check_last(turn, content);
  if (result.piece_count > 0) {
    for (const std::uint32_t piece : content.fetch->picker->whole_pieces()) {
      try_verify(turn, content, piece);
    }
  }
  ask_more(turn, session);
}

void on_hash_reject(Turn& turn, Session& session, const HashRequest& request) {
  if (!books_hash_answer(turn, session)) return;
  Content& content = *session.content;
  content.fetch->refill = true;
  if (const auto piece = piece_of_leaves(session, request)) {
    session.no_leaves = true;
    content.fetch->leaves->drop(*piece);
    return;
  }
  bool size_proof = false;
  // Who has not everything may have the hashes later.
  const bool for_good = session.announced.known && session.peer_has_all();
  if (!content.fetch->hashes->refused(session.link, request, for_good, size_proof)) return;
  if (!for_good) turn.wake_by(turn.now + turn.config.hashes_timeout);
  if (size_proof) {
    refute_claim(turn, session);
  } else if (session.announced.known && session.peer_has_all()) {
    close(turn, session, CloseReason::unhelpful);
  }
}

void refill(Turn& turn) {
  for (Content* content : take_refills(turn)) {
    const auto& sessions = content->sessions;
    const std::size_t first = first_to_ask(turn, *content->fetch, sessions.size());
    for (std::size_t i = 0; i < sessions.size(); ++i)
      ask_more(turn, *sessions[(first + i) % sessions.size()]);
  }
}

}  // namespace freshet::core::transfer
