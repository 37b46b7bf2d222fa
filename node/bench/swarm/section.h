// Reads [swarm].
#pragma once

#include "node/bench/section.h"
#include "node/bench/swarm/spec.h"

namespace freshet::bench {

void read_swarm(Section& section, SwarmSpec& swarm);

}  // namespace freshet::bench
