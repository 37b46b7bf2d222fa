// The way back of shuffles that came through here, for their answers. Bounded: the oldest gives
// way, and its answer is dropped.
#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "node/base/digest.h"
#include "node/base/ids.h"

namespace freshet::core::overlay {

class WalkRoutes {
 public:
  static constexpr std::size_t kMost = 32;

  /// `from`: the link that it came on; kSelfLink for one of this node's own.
  void add(const Guid& guid, LinkId from);
  /// Where the answer goes; it is forgotten then. nullopt: unknown.
  std::optional<LinkId> take(const Guid& guid);
  [[nodiscard]] std::size_t size() const { return routes_.size(); }
  void digest(Digest& digest) const;

 private:
  struct Route {
    Guid guid;
    LinkId from;
  };
  std::vector<Route> routes_;  ///< oldest first
};

}  // namespace freshet::core::overlay
