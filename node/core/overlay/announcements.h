// Announcements of the tree on their way to one neighbour. They wait on the link: a Ping or Pong
// that goes out anyway takes them along, and only what is urgent, or what fills a frame, or waited
// for Config::announce_gather, is an Announce of its own.
#pragma once

#include "node/core/overlay/turn.h"
#include "node/wire/overlay/announced.h"

namespace freshet::core::overlay {

/// True: as many wait as a frame carries; the next one needs announce_now() first.
bool add_announcement(Link& link, const wire::Announced& query, TimePoint due);
/// A better copy came: if it waits, it waits with this TTL.
void update_announcement(Link& link, const wire::Announced& query);
/// The neighbour has it.
void drop_announcement(Link& link, const Guid& guid);
/// When the first of those that wait is due; TimePoint::max(): none wait.
[[nodiscard]] TimePoint announcements_due(const Link& link);
/// Moves what waits into the body of a frame that is about to go out on the link.
void take_announcements(Turn& turn, Link& link, Bytes& body);
/// Sends what waits.
void announce_now(Turn& turn, Link& link);

}  // namespace freshet::core::overlay
