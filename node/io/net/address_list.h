// Where other machines can dial this node: the addresses that go into a hit and into Hello.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "node/base/endpoint.h"
#include "node/io/net/interfaces.h"

namespace freshet::io {

inline constexpr std::size_t kMaxUsableAddresses = 8;

/// `listening`: what the listener is bound to. An unspecified address there stands for every
/// address of that family on interfaces that are up (the listener never mixes families on one
/// socket). fe80::/10 means nothing elsewhere and is left out; so is loopback, unless there is
/// nothing else; 169.254.0.0/16 is used where there is no other IPv4, on a network without DHCP.
/// An address that was given is used also where its interface is not up yet, when nothing else is.
/// IPv4 first; at most kMaxUsableAddresses.
std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening,
                                       const std::vector<Interface>& interfaces);
/// With the interfaces as they are now.
std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening);

/// 0.0.0.0 or [::], any port.
bool is_unspecified(const Endpoint& endpoint);
/// The one of `listening` that a connection to `address` reaches, ports aside; the first, where
/// there are several.
std::optional<Endpoint> reached_by(const std::vector<Endpoint>& listening, const Endpoint& address);

}  // namespace freshet::io
