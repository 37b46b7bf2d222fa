// Takes one message of a peer to who judges it, and keeps what the peer says about itself: pieces,
// choking, interest.
#pragma once

#include "node/base/bytes.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_message(Turn& turn, Session& session, ByteView bytes);

/// What this node has to say first on a link whose content is known: handshake, extensions, pieces,
/// interest.
void greet(Turn& turn, Session& session);
/// Replaces what the peer has, in the session and in what its content's picker counts.
void set_have(Session& session, PieceSet have);
/// Reads what the peer announced in the light of the content's shape. False when it does not fit.
bool read_announced(Session& session);

}  // namespace freshet::core::transfer
