// Where other machines can dial this node: the addresses that go into a hit and into Hello.
#pragma once

#include <cstddef>
#include <vector>

#include "node/base/endpoint.h"
#include "node/io/net/interfaces.h"

namespace freshet::io {

inline constexpr std::size_t kMaxUsableAddresses = 8;

/// `listening`: what the listener is bound to. An unspecified address there stands for every
/// address of that family (both, for [::]) on interfaces that are up. Link-local ones mean nothing
/// elsewhere and are left out; so is loopback, unless there is nothing else. IPv4 first; at most
/// kMaxUsableAddresses.
std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening,
                                       const std::vector<Interface>& interfaces);
/// With the interfaces as they are now.
std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening);

}  // namespace freshet::io
