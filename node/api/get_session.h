// One `get` of a client: finds out what is meant, follows the fetch, and reports it at least every
// 100 ms.
#pragma once

#include <string>

#include "node/api/responder.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/daemon.h"

namespace freshet::api {

/// `default_folder`: where files go when the request names none.
void run_get(asio::io_context& io,
             io::Daemon& daemon,
             const std::string& default_folder,
             const GetRequest& request,
             const Responder<GetRequest>& reply);

}  // namespace freshet::api
