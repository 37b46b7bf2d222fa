// Which nodes are alive, and how many.
#pragma once

#include <vector>

#include "node/base/rng.h"
#include "node/sim/network.h"

namespace freshet::bench {

class Population {
 public:
  explicit Population(sim::NodeIndex nodes) : alive_(nodes, true), count_(nodes) {}

  [[nodiscard]] bool is_alive(sim::NodeIndex node) const { return alive_[node]; }
  [[nodiscard]] sim::NodeIndex size() const { return static_cast<sim::NodeIndex>(alive_.size()); }
  [[nodiscard]] sim::NodeIndex alive() const { return count_; }
  void set(sim::NodeIndex node, bool is_alive) {
    if (alive_[node] == is_alive) return;
    alive_[node] = is_alive;
    if (is_alive) {
      ++count_;
    } else {
      --count_;
    }
  }
  /// One of those alive, each with the same chance. REQUIRES: there is one.
  [[nodiscard]] sim::NodeIndex draw(Rng& rng) const;

 private:
  std::vector<bool> alive_;
  sim::NodeIndex count_;
};

}  // namespace freshet::bench
