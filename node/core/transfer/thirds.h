// Which nodes are asked to join this one with a node that it cannot reach: neighbours, those first
// that answer fastest, never the node itself. All that are chosen are asked, a little one after
// another; the first that joins is taken.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/ids.h"

namespace freshet::core::transfer {

struct Third {
  NodeKey key;
  Endpoint address;
  std::uint32_t rtt_us = 0;  ///< 0: not known
};

inline std::vector<Third> choose_thirds(std::vector<Third> neighbours,
                                        const NodeKey& target,
                                        std::size_t most) {
  std::erase_if(neighbours, [&](const Third& each) { return each.key == target; });
  std::stable_sort(neighbours.begin(), neighbours.end(), [](const Third& a, const Third& b) {
    return a.rtt_us - 1 < b.rtt_us - 1;  // unknown ones last
  });
  if (neighbours.size() > most) neighbours.resize(most);
  return neighbours;
}

}  // namespace freshet::core::transfer
