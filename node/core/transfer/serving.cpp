#include "node/core/transfer/serving.h"

#include <utility>

#include "node/core/transfer/choking.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/rates.h"

namespace freshet::core::transfer {
namespace {

using wire::bt::kBlockBytes;

bool is_in_range(const Content& content, const BlockRange& block) {
  if (!content.proven || block.piece >= content.shape->piece_count) return false;
  const std::uint32_t bytes = content.shape->piece_bytes(block.piece);
  return block.length > 0 && block.length <= kBlockBytes && block.begin < bytes
         && block.length <= bytes - block.begin;
}

}  // namespace

void reject(Turn& turn, Session& session, const BlockRange& block) {
  ++turn.counters.requests_rejected;
  if (session.fast) turn.say(session, wire::bt::Reject{block});
}

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
    if (bytes > 0) {
      session.served_at = turn.now;
      session.idle_turns = 0;
    }
    session.round_out += bytes;
    turn.state.round_bytes += bytes;
    if (turn.out.size() != effects) session.said_at = turn.now;
    if (session.uplink.control_bytes() > turn.config.max_control_bytes) {
      close(turn, session, CloseReason::slow_reader);
    }
  }
  turn.state.touched.clear();
}

}  // namespace freshet::core::transfer
