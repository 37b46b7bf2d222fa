#include "node/core/transfer/sizing.h"

#include "node/core/transfer/debts.h"
#include "node/core/transfer/fetching.h"
#include "node/core/transfer/links.h"
#include "node/core/transfer/messages_in.h"
#include "node/core/transfer/requests.h"
#include "node/core/transfer/shape.h"
#include "node/wire/bt/merkle.h"

namespace freshet::core::transfer {
namespace {

void set_shape(Turn& turn, Content& content, std::uint64_t size, bool prove) {
  Fetch& fetch = *content.fetch;
  content.shape = shape_for(turn.config, size);
  fetch.hashes.emplace(content.id, *content.shape, prove);
  fetch.picker.emplace(*content.shape,
                       Picker::Limits{.max_open_bytes = turn.config.max_open_bytes,
                                      .copies = turn.config.endgame_copies,
                                      .last_first = prove,
                                      .reader_window_bytes = turn.config.reader_window_bytes},
                       turn.rng);
  fetch.picker->want(fetch.whole, fetch.readings);
  // The sessions' pieces are read anew, and counted by the new picker.
  for (Session* session : content.sessions) session->have = {};
  const auto sessions = content.sessions;
  for (Session* session : sessions) {
    if (!read_announced(*session) && !prove) {
      close(turn, *session, CloseReason::malformed);
    } else {
      update_interest(turn, *session);
    }
  }
  fetch.refill = true;
}

void drop_shape(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  for (Session* session : content.sessions) {
    forget_requests(turn, *session);
    session->have = {};
    session->interesting = 0;
  }
  for (const std::uint32_t piece : fetch.picker->open_pieces()) {
    turn.push(DropPiece{.content = content.id, .piece = piece});
  }
  fetch.picker.reset();
  fetch.hashes.reset();
  fetch.unproven_kept = 0;
  fetch.checking_last = false;
  content.shape.reset();
}

}  // namespace

BlockRange last_block(const Shape& shape) {
  const std::uint32_t piece = shape.piece_count - 1;
  return shape.block_range(piece, shape.piece_blocks(piece) - 1);
}

bool is_possible_size(std::uint64_t size) {
  return size > 0 && size <= wire::bt::kMaxContentBytes;
}

bool is_last_block(const Content& content, const BlockRange& block) {
  return block == last_block(*content.shape);
}

void adopt_claim(Turn& turn, Content& content) {
  if (!content.fetch || content.shape) return;
  for (Session* session : content.sessions) {
    if (!session->claim) continue;
    set_shape(turn, content, *session->claim, true);
    return;
  }
}

void adopt_size(Turn& turn, Content& content, std::uint64_t size) {
  FRESHET_CHECK(size <= wire::bt::kMaxContentBytes);
  if (!content.fetch->picker) set_shape(turn, content, size, false);
  content.proven = true;
  content.fetch->picker->stop_last_first();
  if (content.have.size() != content.shape->piece_count) {
    content.have = PieceSet(content.shape->piece_count);
  }
  turn.push(PrepareStorage{
      .content = content.id, .size = size, .piece_length = content.shape->piece_length});
  const auto sessions = content.sessions;
  for (Session* session : sessions) {
    if (!read_announced(*session)) close(turn, *session, CloseReason::malformed);
  }
  content.fetch->refill = true;
}

void try_check_last(Turn& turn, Content& content) {
  Fetch& fetch = *content.fetch;
  if (content.proven || fetch.checking_last || !fetch.hashes->size_proven()) return;
  const BlockRange block = last_block(*content.shape);
  if (!fetch.picker->bringer(block)) return;
  fetch.checking_last = true;
  turn.push(CheckBlock{
      .content = content.id, .block = block, .expected = fetch.hashes->last_block_leaf()});
}

void on_block_checked(Turn& turn, Content& content, const BlockChecked& checked) {
  if (!content.fetch || content.proven || !content.fetch->checking_last) return;
  if (!is_last_block(content, checked.block)) return;
  content.fetch->checking_last = false;
  if (checked.ok) {
    ++turn.counters.size_proofs_ok;
    adopt_size(turn, content, content.shape->size);
    return;
  }
  ++turn.counters.size_proofs_bad;
  const auto bringer = content.fetch->picker->bringer(checked.block);
  drop_shape(turn, content);
  if (bringer) ban_key(turn, content, *bringer, CloseReason::bad_size);
  adopt_claim(turn, content);
}

void refute_claim(Turn& turn, Session& session) {
  Content& content = *session.content;
  if (!content.fetch || content.proven) return;
  content.fetch->sources.forget_claim(session.peer);
  const bool other = session.own_size && session.own_size != session.claim;
  session.claim = other ? session.own_size : std::nullopt;
  if (!other) session.own_size.reset();
  reconsider_claim(turn, content);
}

void reconsider_claim(Turn& turn, Content& content) {
  if (!content.fetch || content.proven) return;
  if (content.shape) {
    for (const Session* session : content.sessions) {
      if (session->claim == content.shape->size) return;
    }
    drop_shape(turn, content);
  }
  adopt_claim(turn, content);
}

}  // namespace freshet::core::transfer
