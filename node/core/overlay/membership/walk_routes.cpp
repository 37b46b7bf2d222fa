#include "node/core/overlay/membership/walk_routes.h"

#include <algorithm>

namespace freshet::core::overlay {

void WalkRoutes::add(const Guid& guid, LinkId from) {
  if (routes_.size() == kMost) routes_.erase(routes_.begin());
  routes_.push_back({.guid = guid, .from = from});
}

std::optional<LinkId> WalkRoutes::take(const Guid& guid) {
  const auto found = std::find_if(
      routes_.begin(), routes_.end(), [&](const Route& route) { return route.guid == guid; });
  if (found == routes_.end()) return std::nullopt;
  const LinkId from = found->from;
  routes_.erase(found);
  return from;
}

void WalkRoutes::digest(Digest& digest) const {
  for (const Route& route : routes_) {
    digest.add(route.guid.bytes);
    digest.add(route.from.value);
  }
}

}  // namespace freshet::core::overlay
