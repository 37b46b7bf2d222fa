// Whose connections and messages are counted together, where one sender may take no more than its
// share.
#pragma once

#include <algorithm>

#include "node/base/endpoint.h"

namespace freshet {

/// An IPv4 address, or a /64 of IPv6, which one machine may fill alone; of link-local ones each,
/// for all machines of a link share theirs. The same for all of its endpoints; port 0.
inline Endpoint sender_of(Endpoint from) {
  constexpr std::ptrdiff_t kV6NetworkBytes = 8;
  from.port = 0;
  if (!from.is_v4() && !from.is_loopback() && !from.is_link_local_v6())
    std::fill(from.address.begin() + kV6NetworkBytes, from.address.end(), Byte{0});
  return from;
}

inline bool is_same_sender(const Endpoint& one, const Endpoint& two) {
  return sender_of(one) == sender_of(two);
}

}  // namespace freshet
