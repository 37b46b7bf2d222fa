// A TCP-like connection inside a TLS link: what the peer of the link sends comes out of a socket,
// and what is written into the socket goes to the peer. So another TLS session, with a node beyond
// that peer, runs over the link as it would over TCP.
#pragma once

#include <memory>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/io/asio_fwd.h"
#include "node/io/net/kept_handlers.h"

namespace freshet::io {

struct TcpSocket;

/// Becomes the handler of `outer`, which must be up. `first`: bytes that it sent already. Errors:
/// io (no descriptors left); `outer` is then as it was.
Result<std::unique_ptr<TcpSocket>> tunnel_through(asio::io_context& io,
                                                  const std::shared_ptr<TlsLink>& outer,
                                                  ByteView first,
                                                  const std::shared_ptr<KeptHandlers>& kept);

}  // namespace freshet::io
