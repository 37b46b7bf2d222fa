// Putting frames on links: within each link's room, or into its outbox. The only code that makes
// Relay effects.
#pragma once

#include "node/core/overlay/turn.h"

namespace freshet::core::overlay {

/// Sends one frame of this node's own to one link. `body` is kept until performed. Does nothing on
/// a closing link.
void send_own(Turn& turn, Link& link, const wire::FrameHeader& header, Bytes body);

/// Sends one frame that goes no further than this link, under a GUID of its own.
void send_link_frame(Turn& turn, Link& link, wire::FrameType type, Bytes body);
/// The same under the GUID of the frame that it answers.
void send_link_frame(Turn& turn, Link& link, wire::FrameType type, Bytes body, const Guid& guid);

/// Whether a frame of that size may go out on the link at once. If not it goes to the outbox (or is
/// dropped there). Room is taken when it is granted.
bool take_room_or_queue(Turn& turn, Link& link, const wire::FrameHeader& header, ByteView body);

/// Sends what waits, as far as the link's room goes.
void drain_outbox(Turn& turn, Link& link);

}  // namespace freshet::core::overlay
