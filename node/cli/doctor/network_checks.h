// Checks of the network: interfaces, multicast and the port by this process itself; what the
// daemon knows by asking it.
#pragma once

#include <cstdint>

#include "node/api/messages.h"
#include "node/cli/doctor/finding.h"

namespace freshet::cli {

/// Interfaces that a beacon would use, and those that it would not.
Finding check_interfaces();
/// Whether a datagram to the beacon's group comes back, on each interface.
Finding check_multicast();
/// Without a daemon: whether `port` is free.
Finding check_port_is_free(std::uint16_t port);

/// With a daemon: what its port, its beacons, its peers and their attempts to dial it say.
Findings check_mesh(const api::StatusInfo& status, const api::NetworkInfo& network);

}  // namespace freshet::cli
