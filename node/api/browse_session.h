// One `browse` of a client: finds whom it means, reads page after page as the client takes them,
// and leaves their files as the results that `get` names by number.
#pragma once

#include "node/api/responder.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

/// Browses a neighbour, or a node of the last search, which is linked to first. Fails with
/// not_found or invalid when it is not clear who is meant, and with no_source when the node does
/// not answer.
void run_browse(io::Daemon& daemon,
                const BrowseRequest& request,
                const Responder<BrowseRequest>& reply);

}  // namespace freshet::api
