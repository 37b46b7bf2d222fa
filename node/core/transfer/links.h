// Transfer links from coming up to going: handshake, which content a link is for, duplicates,
// silence. What is asked and served on them is fetching.h's and serving.h's.
#pragma once

#include "node/base/ids.h"
#include "node/core/transfer/io.h"
#include "node/core/transfer/turn.h"

namespace freshet::core::transfer {

void on_link_up(Turn& turn, const LinkUp& up);
void on_link_down(Turn& turn, LinkId link);
void on_handshake(Turn& turn, Session& session, ByteView bytes);
void on_opened(Turn& turn, Session& session, const std::optional<Opening>& found);

/// Dials sources of a content that is being fetched, as many as may be under way.
void dial_sources(Turn& turn, Content& content);
void on_dial_failed(Turn& turn, DialId dial);
/// Dials a node that cannot dial this one, to serve it there.
void on_pushed(Turn& turn, const Pushed& pushed);

/// Ends a link; what it owed may be asked of others. The session stays in memory until the input is
/// done.
void close(Turn& turn, Session& session, CloseReason reason);
/// A message beyond the rules; too many close the link. Returns false when they did.
bool offend(Turn& turn, Session& session);
/// Closes the link and takes the peer for a liar as far as this content is concerned.
void ban(Turn& turn, Session& session, CloseReason reason);
/// The same for a key that may have no link. REQUIRES: the content is being fetched.
void ban_key(Turn& turn, Content& content, const NodeKey& peer, CloseReason reason);

/// Handshake, silence, idleness. Notes when to look again.
void run_link_timers(Turn& turn, Session& session);

}  // namespace freshet::core::transfer
