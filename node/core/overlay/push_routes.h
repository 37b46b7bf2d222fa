// Which way a Push to a node goes: the link on which a hit of that node came last (Gnutella's push
// routing by servent id). Filled by the hits that pass, in two generations: what no hit named for a
// while goes, and no more than two generations of nodes are remembered.
#pragma once

#include <chrono>
#include <cstddef>
#include <map>
#include <optional>

#include "node/base/digest.h"
#include "node/base/ids.h"
#include "node/base/time.h"

namespace freshet::core::overlay {

class PushRoutes {
 public:
  static constexpr std::size_t kPerGeneration = 1024;
  static constexpr Duration kMaxAge = std::chrono::minutes(10);

  /// A hit that says to be of `node` came on `link`.
  void learn(const NodeKey& node, LinkId link, TimePoint now);
  [[nodiscard]] std::optional<LinkId> find(const NodeKey& node) const;
  [[nodiscard]] std::size_t size() const { return young_.size() + old_.size(); }
  void digest(Digest& digest) const;

 private:
  std::map<NodeKey, LinkId> young_;
  std::map<NodeKey, LinkId> old_;
  TimePoint began_{};  ///< the younger generation
};

}  // namespace freshet::core::overlay
