// An address as a field of a body, for the .cpp files of this folder.
#pragma once

#include <optional>

#include "node/base/endpoint.h"

namespace freshet::overlay::v1 {
class Address;
}

namespace freshet::wire {

/// Whether the address means something on another machine.
bool is_sendable(const Endpoint& address);
void write_address(const Endpoint& address, overlay::v1::Address& to);
/// nullopt: malformed.
std::optional<Endpoint> read_address(const overlay::v1::Address& from);

}  // namespace freshet::wire
