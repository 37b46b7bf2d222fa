// Which interfaces the beacon uses, and with which address. Pure.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "node/base/endpoint.h"
#include "node/io/net/interfaces.h"

namespace freshet::io {

/// One family on one interface.
struct BeaconPlace {
  std::string interface;
  std::uint32_t index = 0;
  InterfaceAddress source;                 ///< what others will dial
  std::vector<InterfaceAddress> networks;  ///< the interface's, of that family
  friend bool operator==(const BeaconPlace&, const BeaconPlace&) = default;
};

/// Where a node that listens at `listening` says that it is there: on interfaces that are up and
/// reach neighbours, from an address that it listens on (link-local for IPv6, where it may). The
/// loopback interface only where a loopback address is listened on, or where there is no other
/// place. At most `max` interfaces.
std::vector<BeaconPlace> beacon_places(const std::vector<Interface>& interfaces,
                                       const std::vector<Endpoint>& listening,
                                       std::size_t max);

/// Whether `from` is on a network of the place: beacons are not routed, so others are forged.
bool is_neighbour(const BeaconPlace& place, const Endpoint& from);

}  // namespace freshet::io
