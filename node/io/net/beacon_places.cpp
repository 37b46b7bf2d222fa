#include "node/io/net/beacon_places.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "node/io/net/address_list.h"

namespace freshet::io {
namespace {

std::optional<BeaconPlace> place_on(const Interface& interface,
                                    const std::vector<Endpoint>& listening,
                                    bool v4) {
  BeaconPlace place{
      .interface = interface.name, .index = interface.index, .source = {}, .networks = {}};
  bool found = false;
  for (const InterfaceAddress& own : interface.addresses) {
    if (own.address.is_v4() != v4) continue;
    place.networks.push_back(own);
    if (!reached_by(listening, own.address)) continue;
    // Every IPv6 interface has a link-local address, and its neighbours can use it without more.
    const bool better = own.address.is_link_local_v6() && !place.source.address.is_link_local_v6();
    if (!found || better) place.source = own;
    found = true;
  }
  if (!found) return std::nullopt;
  return place;
}

std::vector<BeaconPlace> places_on(const std::vector<Interface>& interfaces,
                                   const std::vector<Endpoint>& listening,
                                   std::size_t max) {
  std::vector<BeaconPlace> places;
  std::size_t used = 0;
  for (const Interface& each : interfaces) {
    if (used == max) break;
    const std::size_t before = places.size();
    for (const bool v4 : {true, false}) {
      if (auto place = place_on(each, listening, v4)) places.push_back(std::move(*place));
    }
    used += places.size() > before ? 1 : 0;
  }
  return places;
}

}  // namespace

std::vector<BeaconPlace> beacon_places(const std::vector<Interface>& interfaces,
                                       const std::vector<Endpoint>& listening,
                                       std::size_t max) {
  std::vector<Interface> networks;
  std::vector<Interface> loopback;
  for (const Interface& each : interfaces) {
    if (!each.up || each.point_to_point) continue;
    (each.loopback ? loopback : networks).push_back(each);
  }
  std::vector<BeaconPlace> places = places_on(networks, listening, max);
  const bool asked = std::any_of(
      listening.begin(), listening.end(), [](const Endpoint& each) { return each.is_loopback(); });
  if (asked || places.empty()) {
    const auto local = places_on(loopback, listening, 1);
    places.insert(places.end(), local.begin(), local.end());
  }
  return places;
}

bool is_neighbour(const BeaconPlace& place, const Endpoint& from) {
  return std::any_of(place.networks.begin(),
                     place.networks.end(),
                     [&](const InterfaceAddress& own) { return on_network(own, from); });
}

}  // namespace freshet::io
