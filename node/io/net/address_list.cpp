#include "node/io/net/address_list.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace freshet::io {
namespace {

enum class Rank : std::uint8_t { loopback, v6, v4, link_local_v4, never };
constexpr std::size_t kRanks = 4;  // those that are used

Rank rank_of(const Endpoint& address) {
  if (address.is_link_local_v6() || is_unspecified(address)) return Rank::never;
  if (address.is_loopback()) return Rank::loopback;
  if (!address.is_v4()) return Rank::v6;
  const bool link_local = address.address[12] == 169 && address.address[13] == 254;
  return link_local ? Rank::link_local_v4 : Rank::v4;
}

// Addresses that the user gave, whether their interfaces are up yet or not.
std::vector<Endpoint> given_among(std::vector<Endpoint> listening) {
  std::erase_if(listening, [](const Endpoint& each) { return rank_of(each) == Rank::never; });
  return listening;
}

}  // namespace

bool is_unspecified(const Endpoint& endpoint) {
  const ByteView own = ByteView(endpoint.address).subspan(endpoint.is_v4() ? 12 : 0);
  return std::all_of(own.begin(), own.end(), [](Byte byte) { return byte == 0; });
}

std::optional<Endpoint> reached_by(const std::vector<Endpoint>& listening,
                                   const Endpoint& address) {
  for (const Endpoint& each : listening) {
    const bool reaches =
        is_unspecified(each) ? each.is_v4() == address.is_v4() : each.address == address.address;
    if (reaches) return each;
  }
  return std::nullopt;
}

std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening,
                                       const std::vector<Interface>& interfaces) {
  std::array<std::vector<Endpoint>, kRanks> by_rank;
  for (const Interface& each : interfaces) {
    if (!each.up) continue;
    for (const InterfaceAddress& own : each.addresses) {
      const Rank rank = rank_of(own.address);
      const auto by = reached_by(listening, own.address);
      if (rank == Rank::never || !by) continue;
      Endpoint endpoint = own.address;
      endpoint.port = by->port;
      by_rank.at(static_cast<std::size_t>(rank)).push_back(endpoint);
    }
  }
  const auto of = [&](Rank rank) {
    return by_rank.at(static_cast<std::size_t>(rank));
  };
  std::vector<Endpoint> result = of(Rank::v4);
  if (result.empty()) result = of(Rank::link_local_v4);
  const auto v6 = of(Rank::v6);
  result.insert(result.end(), v6.begin(), v6.end());
  if (result.empty()) result = of(Rank::loopback);
  if (result.empty()) result = given_among(listening);
  if (result.size() > kMaxUsableAddresses) result.resize(kMaxUsableAddresses);
  return result;
}

std::vector<Endpoint> usable_addresses(const std::vector<Endpoint>& listening) {
  return usable_addresses(listening, read_interfaces());
}

}  // namespace freshet::io
