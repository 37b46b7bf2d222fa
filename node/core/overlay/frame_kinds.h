// What kind of frame a type is: who may say it, how far it goes, how large it may be, and which of
// a neighbour's token buckets pays for it.
#pragma once

#include <cstdint>

#include "node/core/overlay/guard/guard.h"
#include "node/wire/overlay/frame.h"

namespace freshet::core::overlay {

/// Between two neighbours about their link: never passed on.
bool is_link_frame(wire::FrameType type);
/// Membership's: joins and shuffles.
bool is_member_frame(wire::FrameType type);
/// What a strategy sends beside queries and hits.
bool is_strategy_frame(wire::FrameType type);
/// Reading what a neighbour shares.
bool is_browse_frame(wire::FrameType type);
/// What opens other paths.
bool is_path_frame(wire::FrameType type);

/// Which bucket pays. REQUIRES: is_rated(type).
Rated kind_of(wire::FrameType type);
/// Hello and Bye come once: a second one is an offence, or the end. Hits are rated where they turn
/// out to be stray, queries by the router.
bool is_rated(wire::FrameType type);

/// The largest body; a longer one ends the link.
std::uint32_t max_body_bytes(wire::FrameType type);

}  // namespace freshet::core::overlay
