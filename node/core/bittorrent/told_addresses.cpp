#include "node/core/bittorrent/told_addresses.h"

namespace freshet::core::bittorrent {
namespace {

bool is_private_v4(Byte first, Byte second) {
  const bool rfc1918 =
      first == 10 || (first == 172 && (second & 0xF0U) == 16) || (first == 192 && second == 168);
  const bool link_local = first == 169 && second == 254;
  return rfc1918 || link_local;
}

}  // namespace

bool is_private(const Endpoint& at) {
  if (at.is_v4()) return is_private_v4(at.address[12], at.address[13]);
  const bool unique_local = (at.address[0] & 0xFEU) == 0xFC;
  return unique_local || at.is_link_local_v6();
}

bool may_be_told(const Endpoint& at, const Endpoint& client) {
  if (client.is_loopback()) return true;
  if (at.is_loopback()) return false;
  return !is_private(at) || is_private(client);
}

}  // namespace freshet::core::bittorrent
