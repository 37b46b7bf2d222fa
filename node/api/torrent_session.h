// `torrent` and `magnet`: finds out what is meant, and has the daemon publish it.
#pragma once

#include "node/api/responder.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

void run_torrent(io::Daemon& daemon,
                 const TorrentRequest& request,
                 const Responder<TorrentRequest>& reply);

}  // namespace freshet::api
