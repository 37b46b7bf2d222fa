// What the load generator (node/cli/bench/load) needs to speak to relays that are not freshet.
#pragma once

#include <memory>
#include <string>

#include "node/cli/bench/load/connection.h"
#include "node/cli/bench/load/format.h"

namespace freshet::bench {

/// Of "freshet", "freshet-clear", "nats", "redis" or "zeromq". Throws std::runtime_error for any
/// other.
MakeFormat format_of(const std::string& system);

std::unique_ptr<Format> nats_format();
std::unique_ptr<Format> redis_format();
std::unique_ptr<Format> zeromq_format();

/// In the clear.
std::unique_ptr<Connector> tcp_connector(asio::io_context& io, const Endpoint& to);

}  // namespace freshet::bench
