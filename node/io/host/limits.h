// What peers can fill, in one list: the name and value of each limit, and how much of it is in use
// where that is cheap to tell. For `status`. Who adds a container that a peer can fill adds a line.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/core/node.h"

namespace freshet::io {

struct Limit {
  std::string name;  ///< flat, as counters have them; units last
  std::uint64_t value = 0;
  std::optional<std::uint64_t> use;
};
using Limits = std::vector<Limit>;

/// Those of the node itself: the wire's, the overlay's, search's and transfers'.
Limits core_limits(const core::Config& config, const core::Node& node);

}  // namespace freshet::io
