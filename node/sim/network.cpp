#include "node/sim/network.h"

#include "node/base/bytes.h"

namespace freshet::sim {

Endpoint endpoint_of(NodeIndex node) {
  const std::uint32_t host = node + 1;  // 10.0.0.0 names the network
  return Endpoint::v4(
      {10, static_cast<Byte>(host >> 16U), static_cast<Byte>(host >> 8U), static_cast<Byte>(host)},
      kDefaultPort);
}

std::optional<NodeIndex> node_at(const Endpoint& address) {
  if (!address.is_v4() || address.address[12] != 10 || address.port != kDefaultPort)
    return std::nullopt;
  const std::uint32_t host = load_be<std::uint32_t>(address.address.data() + 12) & 0xFFFFFFU;
  if (host == 0) return std::nullopt;
  return host - 1;
}

}  // namespace freshet::sim
