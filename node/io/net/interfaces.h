// What network interfaces this machine has, and with which addresses: one reading of getifaddrs(3).
// Watches nothing.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/endpoint.h"

namespace freshet::io {

/// An address of an interface. Ports are 0.
struct InterfaceAddress {
  Endpoint address;                   ///< with its scope_id where it is link-local
  std::optional<Endpoint> broadcast;  ///< IPv4, where the network has one
  unsigned prefix_bits = 0;           ///< of the network: 0 … 32 for IPv4, 0 … 128 for IPv6
  friend bool operator==(const InterfaceAddress&, const InterfaceAddress&) = default;
};

struct Interface {
  std::string name;
  std::uint32_t index = 0;
  bool up = false;  ///< up, and with a carrier
  bool loopback = false;
  bool point_to_point = false;  ///< a tunnel, a modem: no neighbours to be found
  bool multicast = false;
  std::vector<InterfaceAddress> addresses;
  friend bool operator==(const Interface&, const Interface&) = default;
};

/// In order of their indexes. Empty when the system does not tell.
std::vector<Interface> read_interfaces();

/// Whether `other` is on the network of `own`. Ports do not matter, scope ids do.
bool on_network(const InterfaceAddress& own, const Endpoint& other);

}  // namespace freshet::io
