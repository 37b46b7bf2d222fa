// What a link owes and does not bring: choking, stalls, other ways to its node.
#pragma once

#include "node/base/time.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

/// The peer choked: without the fast extension its debts are gone, with it each is refused.
void on_choked(Turn& turn, Session& session);
/// Forgets what was asked of the link; the blocks are free for others.
void forget_requests(Turn& turn, Session& session);

/// How long the link may bring nothing: a slow one is given the time that it needs.
Duration stall_time(const Turn& turn, const Session& session);
/// Stalls of one link. Notes when to look again.
void run_debt_timers(Turn& turn, Session& session);

}  // namespace freshet::core::transfer
