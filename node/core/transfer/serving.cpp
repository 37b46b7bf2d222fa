#include "node/core/transfer/serving.h"

#include <algorithm>
#include <vector>

#include "node/core/transfer/links.h"
#include "node/core/transfer/rates.h"

namespace freshet::core::transfer {
namespace {

using wire::bt::kBlockBytes;

void reject(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.requests_rejected;
  if (session.fast) turn.say(session, wire::bt::Reject{block});
}

bool is_in_range(const Content& content, const BlockRange& block) {
  if (!content.proven || block.piece >= content.shape->piece_count) return false;
  const std::uint32_t bytes = content.shape->piece_bytes(block.piece);
  return block.length > 0 && block.length <= kBlockBytes && block.begin < bytes
         && block.length <= bytes - block.begin;
}

bool has_something(const Session& session) {
  return session.content != nullptr && (session.content->fetch || !session.content->have.none());
}

void unchoke(Turn& turn, Session& session) {
  if (!session.am_choking) return;
  session.am_choking = false;
  turn.say(session, wire::bt::Unchoke{});
}

void choke(Turn& turn, Session& session) {
  if (session.am_choking) return;
  session.am_choking = true;
  turn.say(session, wire::bt::Choke{});
  for (const BlockRange& block : session.uplink.take_queue()) reject(turn, session, block);
}

// Who gives us most is served first; of those that cannot give us anything, who takes most.
std::uint64_t merit(const Session& session) {
  return session.content->fetch ? session.round_in : session.round_out;
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

// Moves the optimistic slot on to one of those that have no other.
Session* choose_optimistic(Turn& turn, const std::vector<Session*>& others) {
  State& state = turn.state;
  for (Session* session : others) {
    if (session->link == state.optimistic && turn.now < state.optimistic_at) return session;
  }
  std::vector<Session*> choked;
  for (Session* session : others) {
    if (session->am_choking) choked.push_back(session);
  }
  const auto& from = choked.empty() ? others : choked;
  Session* chosen = from[turn.rng.below(from.size())];
  state.optimistic = chosen->link;
  state.optimistic_at = turn.now + turn.config.optimistic_interval;
  return chosen;
}

void choke_round(Turn& turn, std::vector<Session*> candidates) {
  const std::size_t regular =
      turn.config.upload_slots - std::min<std::size_t>(1, turn.config.upload_slots);
  std::sort(candidates.begin(), candidates.end(), [](const Session* a, const Session* b) {
    const auto merit_a = merit(*a);
    const auto merit_b = merit(*b);
    return merit_a != merit_b ? merit_a > merit_b : a->link < b->link;
  });
  const std::vector<Session*> others(candidates.begin() + static_cast<std::ptrdiff_t>(regular),
                                     candidates.end());
  Session* optimistic = choose_optimistic(turn, others);
  for (Session* session : others) {
    if (session != optimistic) choke(turn, *session);
  }
  for (std::size_t i = 0; i < regular; ++i) unchoke(turn, *candidates[i]);
  unchoke(turn, *optimistic);
}

}  // namespace

void on_request(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.requests_in;
  const Content& content = *session.content;
  if (!content.proven) return reject(turn, session, block);
  if (!is_in_range(content, block)) {
    reject(turn, session, block);
    offend(turn, session);
    return;
  }
  if (session.am_choking || !content.have.has(block.piece)
      || session.uplink.queued_blocks() >= turn.config.reqq) {
    return reject(turn, session, block);
  }
  session.uplink.queue(block);
  turn.touch(session);
}

void on_cancel(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.cancels_in;
  // BEP 6: a cancelled request is still answered, by the block or by this.
  if (session.uplink.unqueue(block) && session.fast) turn.say(session, wire::bt::Reject{block});
}

void on_hash_request(Turn& turn, Session& session, const HashRequest& request) {
  ++turn.counters.hash_requests_in;
  const Content& content = *session.content;
  const bool ours = content.proven && Sha256::from(content.id.view()) == request.root
                    && wire::bt::is_answerable(request, *content.shape);
  if (ours && content.fetch && content.fetch->hashes) {
    if (auto known = content.fetch->hashes->answer_to(request)) {
      turn.say(session, wire::bt::Hashes{.request = request, .hashes = std::move(*known)});
      return;
    }
  }
  if (!ours || !content.complete() || session.hash_reads >= turn.config.max_hash_reads) {
    ++turn.counters.hash_requests_rejected;
    turn.say(session, wire::bt::HashReject{request});
    return;
  }
  ++session.hash_reads;
  turn.push(ReadHashes{.link = session.link, .content = content.id, .request = request});
}

void on_hashes_read(Turn& turn, Session& session, const HashesRead& read) {
  if (session.hash_reads > 0) --session.hash_reads;
  turn.touch(session);
  if (read.hashes) {
    turn.say(session, wire::bt::Hashes{.request = read.request, .hashes = *read.hashes});
    return;
  }
  ++turn.counters.hash_requests_rejected;
  turn.say(session, wire::bt::HashReject{read.request});
}

void on_read_failed(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.read_failures;
  reject(turn, session, block);
}

void on_interest(Turn& turn, Session& session, bool interested) {
  if (session.peer_interested == interested) return;
  session.peer_interested = interested;
  if (interested) {
    session.interested_at = turn.now;
  } else {
    session.useful_at = turn.now;
    turn.wake_by(turn.now + turn.config.useless_timeout);
    choke(turn, session);
  }
  fill_slots(turn);
}

void fill_slots(Turn& turn) {
  std::vector<Session*> waiting;
  std::size_t taken = 0;
  for (Session* session : interested_sessions(turn)) {
    if (session->am_choking) {
      waiting.push_back(session);
    } else {
      ++taken;
    }
  }
  std::sort(waiting.begin(), waiting.end(), [](const Session* a, const Session* b) {
    return a->interested_at != b->interested_at ? a->interested_at < b->interested_at
                                                : a->link < b->link;
  });
  const std::size_t free = turn.config.upload_slots - std::min(taken, turn.config.upload_slots);
  const std::size_t served = std::min(free, waiting.size());
  for (std::size_t i = 0; i < served; ++i) unchoke(turn, *waiting[i]);
  if (served == waiting.size()) return;
  turn.state.choke_at = std::min(turn.state.choke_at, turn.now + turn.config.choke_interval);
  turn.wake_by(turn.state.choke_at);
}

void run_choker(Turn& turn) {
  State& state = turn.state;
  if (turn.now < state.choke_at) {
    if (state.choke_at != TimePoint::max()) turn.wake_by(state.choke_at);
    return;
  }
  state.choke_at = TimePoint::max();
  auto candidates = interested_sessions(turn);
  if (candidates.size() > turn.config.upload_slots && turn.config.upload_slots > 0) {
    choke_round(turn, std::move(candidates));
    state.choke_at = turn.now + turn.config.choke_interval;
    turn.wake_by(state.choke_at);
  } else {
    fill_slots(turn);
  }
  for (auto& [link, session] : state.sessions) session->round_in = session->round_out = 0;
}

void flush(Turn& turn) {
  // close() may touch further sessions, so no iterators.
  for (std::size_t i = 0; i < turn.state.touched.size(); ++i) {
    Session& session = *turn.state.touched[i];
    session.touched = false;
    if (session.closing || session.content == nullptr) continue;
    const std::size_t effects = turn.out.size();
    const std::size_t queued = session.uplink.queued_blocks();
    // Hashes go first, even while they are still being read: without them the blocks cannot be
    // verified.
    const auto [bytes, starved] =
        session.uplink.flush({.link = session.link, .content = session.content->id, .block = {}},
                             session.hash_reads > 0,
                             upload_allowance(turn),
                             turn.out);
    sent_blocks(turn, bytes, starved);
    turn.counters.bytes_out += bytes;
    turn.counters.blocks_out += queued - session.uplink.queued_blocks();
    session.round_out += bytes;
    if (turn.out.size() != effects) session.said_at = turn.now;
    if (session.uplink.control_bytes() > turn.config.max_control_bytes) {
      close(turn, session, CloseReason::slow_reader);
    }
  }
  turn.state.touched.clear();
}

}  // namespace freshet::core::transfer
