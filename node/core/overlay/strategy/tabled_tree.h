// How auto reaches the whole mesh: the tree carries the query, and a neighbour off the tree is
// looked up in its word table instead of told by an announcement. What may match gets a copy that
// ends there; what cannot is left alone. Where no table is known yet the query is announced as
// usual, and a table is asked for once announcements cost as much.
//
// A node that the tree misses is found nevertheless if any neighbour of it was reached, at once and
// without a Fetch. While links were lost lately everything is announced: then a miss may be a
// break.
#pragma once

#include "node/core/overlay/strategy/routed.h"
#include "node/core/overlay/strategy/tree.h"

namespace freshet::core::overlay {

/// Sends copies on. Returns how many. `query` was taken by the tree.
std::uint32_t pass_on_by_tables(Turn& turn, const Passing& query, Tree& tree, Routed& routed);

}  // namespace freshet::core::overlay
