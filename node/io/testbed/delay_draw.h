// How long the frames of one link take, drawn from the link's own seed.
#pragma once

#include <cstdint>

#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/io/testbed/news.h"

namespace freshet::io::testbed {

class DelayDraw {
 public:
  /// Of the link from node number `from` to `to`.
  DelayDraw(const Setup& setup, std::uint32_t from, std::uint32_t to);

  Duration next();
  /// Whether the next frame vanishes.
  bool vanishes(double share) { return share > 0 && rng_.unit() < share; }

 private:
  double normal();

  Delay delay_;
  Rng rng_;
};

}  // namespace freshet::io::testbed
