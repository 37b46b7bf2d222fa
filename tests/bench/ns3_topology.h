// The graph that sim_budget floods, with a delay for each link, for a program that is not C++20.
#pragma once

#include <cstdint>
#include <vector>

namespace freshet {

struct DelayedLink {
  std::uint32_t one = 0;
  std::uint32_t other = 0;
  std::uint32_t delay_ms = 0;  ///< 10 to 100
};

/// A random regular graph of degree 8.
std::vector<DelayedLink> delayed_links(std::uint32_t nodes);

}  // namespace freshet
