// asio's TCP socket and addresses, for the .cpp files of this folder: the one header here that
// costs its weight in asio.
#pragma once

// A std header first: without one asio 1.22 chooses other allocation functions here than elsewhere.
#include <cstdint>

#include <asio/ip/tcp.hpp>

#include "node/base/endpoint.h"

namespace freshet::io {

/// A connected socket on its way from one owner to the next.
struct TcpSocket {
  asio::ip::tcp::socket socket;
};

/// Has the kernel end the connection when its path is dead, also while nothing is to be said: after
/// about 6 s without an answer to its probes, or 8 s without one to what was sent (tcp(7)). For
/// links that have no ping of their own. What is no TCP socket is left alone.
void notice_dead_path(int fd);

/// Has the kernel take little more than `bytes` beyond what is under way (TCP_NOTSENT_LOWAT,
/// tcp(7)): what it took cannot be called off, and stands before whatever is more urgent. What is
/// no TCP socket is left alone.
void bound_unsent(int fd, std::size_t bytes);

Endpoint to_endpoint(const asio::ip::address& address, std::uint16_t port);
Endpoint to_endpoint(const asio::ip::tcp::endpoint& endpoint);
asio::ip::address to_asio_address(const Endpoint& endpoint);
asio::ip::tcp::endpoint to_asio(const Endpoint& endpoint);

}  // namespace freshet::io
