// `block`, `unblock` and whom to obey: finds out what an id means, and tells the daemon's blocks.
#pragma once

#include "node/api/responder.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

BlockInfos blocks_of(io::Daemon& daemon);
void run_block(io::Daemon& daemon,
               const BlockRequest& request,
               const Responder<BlockRequest>& reply);
void run_moderator(io::Daemon& daemon,
                   const ModeratorRequest& request,
                   const Responder<ModeratorRequest>& reply);

}  // namespace freshet::api
