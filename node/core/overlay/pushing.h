// Pushes on their way, and calls of a third to its neighbour: frames that ask a node to connect to
// another. Both are limited twice: by link (guard/guard.h), and by whom they aim at
// (guard/attempt_limiter.h).
#pragma once

#include "node/core/overlay/frame_reader.h"
#include "node/core/overlay/turn.h"
#include "node/wire/overlay/paths.h"

namespace freshet::core::overlay {

/// Notes the way back to the node that a hit says to be of.
void note_hit(Turn& turn, LinkId from, ByteView body);

/// Sends a Push of this node's own. False when no way to its target is known.
bool send_push(Turn& turn, const wire::Push& push);
/// A Push that came: for this node (Upcalls hears of it), or to be passed on. REQUIRES: as for
/// Router::on_query(). False: malformed.
bool on_push(Turn& turn, Link& from, const Frame& frame, Upcalls& up);

/// Tells a neighbour that somebody asked to be joined with it. False when it is none.
bool send_call(Turn& turn, const CallNeighbour& call);
/// A neighbour calls. False: malformed.
bool on_call(Turn& turn, const Link& from, const Frame& frame);

}  // namespace freshet::core::overlay
