// One `get` of a client: finds out what is meant (a content of the mesh, or a torrent), follows the
// fetch, and reports it at least every 100 ms. A torrent's id here is its info-hash and 12 zero
// bytes.
#pragma once

#include <string>
#include <string_view>

#include "node/api/responder.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

/// Which kind of WHAT it is; neither: something of the mesh.
bool is_magnet(std::string_view what);
bool is_torrent_file(std::string_view what);

/// `default_folder`: where files go when the request names none.
void run_get(asio::io_context& io,
             io::Daemon& daemon,
             const std::string& default_folder,
             const GetRequest& request,
             const Responder<GetRequest>& reply);

}  // namespace freshet::api
