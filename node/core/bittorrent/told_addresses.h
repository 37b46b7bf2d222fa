// Which address of a peer may be told to whom, by the tracker and by peer exchange. Sans-IO.
#pragma once

#include "node/base/endpoint.h"

namespace freshet::core::bittorrent {

/// Of a network that is nobody else's: RFC 1918, link-local, or unique local (RFC 4193).
bool is_private(const Endpoint& at);

/// What is near this node alone means nothing to who is not, and tells strangers how the network
/// here is made: a loopback address is for clients on this machine, a private one for those and for
/// clients that come from a private address themselves.
bool may_be_told(const Endpoint& at, const Endpoint& client);

}  // namespace freshet::core::bittorrent
