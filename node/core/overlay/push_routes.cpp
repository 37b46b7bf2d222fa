#include "node/core/overlay/push_routes.h"

#include <utility>

namespace freshet::core::overlay {

void PushRoutes::learn(const NodeKey& node, LinkId link, TimePoint now) {
  if (young_.empty()) began_ = now;
  if (young_.size() >= kPerGeneration || now - began_ > kMaxAge) {
    old_ = std::exchange(young_, {});
    began_ = now;
  }
  young_[node] = link;
}

std::optional<LinkId> PushRoutes::find(const NodeKey& node) const {
  for (const auto* generation : {&young_, &old_}) {
    const auto found = generation->find(node);
    if (found != generation->end()) return found->second;
  }
  return std::nullopt;
}

void PushRoutes::digest(Digest& digest) const {
  for (const auto* generation : {&young_, &old_}) {
    for (const auto& [node, link] : *generation) {
      digest.add(node.view());
      digest.add(link.value);
    }
  }
}

}  // namespace freshet::core::overlay
