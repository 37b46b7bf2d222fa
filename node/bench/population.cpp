#include "node/bench/population.h"

#include "node/base/check.h"

namespace freshet::bench {

sim::NodeIndex Population::draw(Rng& rng) const {
  FRESHET_CHECK(count_ > 0);
  while (true) {
    const auto node = static_cast<sim::NodeIndex>(rng.below(alive_.size()));
    if (alive_[node]) return node;
  }
}

}  // namespace freshet::bench
