#include "node/core/overlay/membership/diversity.h"

#include <algorithm>
#include <cstddef>

namespace freshet::core::overlay {
namespace {

constexpr std::size_t kPrefixV4 = 15;  // of the mapped address: 12 and the first three of four
constexpr std::size_t kPrefixV6 = 8;

std::uint8_t nearness(const Endpoint& a, const Endpoint& b) {
  if (a.address == b.address) return 2;
  if (a.is_v4() != b.is_v4()) return 0;
  const auto prefix = static_cast<std::ptrdiff_t>(a.is_v4() ? kPrefixV4 : kPrefixV6);
  return std::equal(a.address.begin(), a.address.begin() + prefix, b.address.begin()) ? 1 : 0;
}

}  // namespace

std::uint8_t nearness(const Endpoint& candidate, std::span<const Endpoint> linked) {
  std::uint8_t nearest = 0;
  for (const Endpoint& address : linked) nearest = std::max(nearest, nearness(candidate, address));
  return nearest;
}

}  // namespace freshet::core::overlay
