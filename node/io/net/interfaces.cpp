#include "node/io/net/interfaces.h"

#include <algorithm>
#include <map>
#include <memory>
#include <utility>

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>

namespace freshet::io {
namespace {

constexpr unsigned kV4InV6Bits = 96;
constexpr unsigned kUp = IFF_UP | IFF_RUNNING;

struct FreeList {
  void operator()(ifaddrs* list) const { freeifaddrs(list); }
};

// nullopt for what is no IP address.
std::optional<Endpoint> endpoint_of(const sockaddr* address) {
  if (address == nullptr) return std::nullopt;
  Endpoint endpoint;
  if (address->sa_family == AF_INET) {
    sockaddr_in v4{};
    std::memcpy(&v4, address, sizeof v4);
    std::array<Byte, 4> bytes{};
    std::memcpy(bytes.data(), &v4.sin_addr, bytes.size());
    return Endpoint::v4(bytes, 0);
  }
  if (address->sa_family != AF_INET6) return std::nullopt;
  sockaddr_in6 v6{};
  std::memcpy(&v6, address, sizeof v6);
  std::memcpy(endpoint.address.data(), &v6.sin6_addr, endpoint.address.size());
  if (endpoint.is_link_local_v6()) endpoint.scope_id = v6.sin6_scope_id;
  return endpoint;
}

unsigned leading_ones(ByteView mask) {
  unsigned bits = 0;
  for (const Byte byte : mask) {
    for (unsigned bit = 8; bit-- > 0;) {
      if ((static_cast<unsigned>(byte) >> bit & 1U) == 0) return bits;
      ++bits;
    }
  }
  return bits;
}

unsigned prefix_of(const sockaddr* mask, bool v4) {
  const auto bytes = endpoint_of(mask);
  if (!bytes) return v4 ? 32 : 128;
  return leading_ones(ByteView(bytes->address).subspan(v4 ? 12 : 0));
}

InterfaceAddress address_of(const ifaddrs& entry, const Endpoint& address) {
  InterfaceAddress result{.address = address,
                          .broadcast = std::nullopt,
                          .prefix_bits = prefix_of(entry.ifa_netmask, address.is_v4())};
  if (address.is_v4() && (entry.ifa_flags & IFF_BROADCAST) != 0) {
    result.broadcast = endpoint_of(entry.ifa_broadaddr);
  }
  return result;
}

Interface interface_of(const ifaddrs& entry) {
  const unsigned flags = entry.ifa_flags;
  return {.name = entry.ifa_name,
          .index = if_nametoindex(entry.ifa_name),
          .up = (flags & kUp) == kUp,
          .loopback = (flags & IFF_LOOPBACK) != 0,
          .point_to_point = (flags & IFF_POINTOPOINT) != 0,
          .multicast = (flags & IFF_MULTICAST) != 0,
          .addresses = {}};
}

}  // namespace

std::vector<Interface> read_interfaces() {
  ifaddrs* raw = nullptr;
  if (getifaddrs(&raw) != 0) return {};
  const std::unique_ptr<ifaddrs, FreeList> list(raw);
  std::map<std::string, Interface> by_name;
  for (const ifaddrs* entry = list.get(); entry != nullptr; entry = entry->ifa_next) {
    Interface& at = by_name[entry->ifa_name];
    if (at.name.empty()) at = interface_of(*entry);
    if (const auto address = endpoint_of(entry->ifa_addr)) {
      at.addresses.push_back(address_of(*entry, *address));
    }
  }
  std::vector<Interface> found;
  for (auto& [name, each] : by_name) {
    if (each.index != 0) found.push_back(std::move(each));  // 0: it went in this moment
  }
  std::sort(found.begin(), found.end(), [](const Interface& a, const Interface& b) {
    return a.index < b.index;
  });
  return found;
}

bool on_network(const InterfaceAddress& own, const Endpoint& other) {
  if (own.address.is_v4() != other.is_v4() || own.address.scope_id != other.scope_id) return false;
  const unsigned bits = own.prefix_bits + (other.is_v4() ? kV4InV6Bits : 0);
  for (unsigned bit = 0; bit < bits; ++bit) {
    const auto differs =
        static_cast<unsigned>(own.address.address[bit / 8] ^ other.address[bit / 8]);
    if ((differs >> (7 - bit % 8) & 1U) != 0) return false;
  }
  return true;
}

}  // namespace freshet::io
