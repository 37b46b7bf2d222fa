// One `search` of a client: starts it, passes results on as they change, and ends it by time or by
// number.
#pragma once

#include "node/api/responder.h"
#include "node/io/asio_fwd.h"
#include "node/io/host/searches.h"

namespace freshet::api {

/// Fails with `invalid` when the words make no query, or the strategy or TTL is not known.
void run_search(asio::io_context& io,
                io::Searches& searches,
                const SearchRequest& request,
                const Responder<SearchRequest>& reply);

}  // namespace freshet::api
