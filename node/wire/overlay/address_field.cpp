#include "node/wire/overlay/address_field.h"

#include <algorithm>

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {

namespace pb = freshet::overlay::v1;

bool is_sendable(const Endpoint& address) {
  return address.is_dialable() && !address.is_link_local_v6();
}

void write_address(const Endpoint& address, pb::Address& to) {
  const ByteView ip =
      address.is_v4() ? ByteView(address.address).subspan(12) : ByteView(address.address);
  to.set_ip(ip.data(), ip.size());
  to.set_port(address.port);
}

std::optional<Endpoint> read_address(const pb::Address& from) {
  if (from.port() == 0 || from.port() > 0xFFFF) return std::nullopt;
  const auto port = static_cast<std::uint16_t>(from.port());
  const ByteView ip = bytes_of(from.ip());
  if (ip.size() == 4) {
    return Endpoint::v4({ip[0], ip[1], ip[2], ip[3]}, port);
  }
  if (ip.size() != 16) return std::nullopt;
  Endpoint endpoint;
  std::copy(ip.begin(), ip.end(), endpoint.address.begin());
  endpoint.port = port;
  return endpoint;
}

}  // namespace freshet::wire
