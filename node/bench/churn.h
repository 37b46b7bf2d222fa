// Who dies, leaves and comes back, and when: drawn before a run begins, so it is the same for every
// strategy.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/bench/scenario.h"
#include "node/sim/network.h"

namespace freshet::bench {

struct ChurnEvent {
  enum class Kind : std::uint8_t {
    crash,  ///< gone for good, without a word
    leave,  ///< the end of a session
    back,
  };
  Duration at{};  ///< since the workload began
  sim::NodeIndex node = sim::kNoNode;
  Kind kind = Kind::crash;
  friend bool operator==(const ChurnEvent&, const ChurnEvent&) = default;
};

/// Of one run.
struct ChurnPlan {
  const ChurnSpec& spec;
  double crash = 0;  ///< share of nodes that die: one of spec.crash
  sim::NodeIndex nodes = 0;
  std::optional<sim::NodeIndex> spared = {};  ///< stays alive throughout
  Duration duration{};                        ///< of the workload
};

/// What happens, in order. A larger crash on the same generator hits the same nodes and more; one
/// node at least is left.
std::vector<ChurnEvent> churn_events(const ChurnPlan& plan, const Rng& rng);

}  // namespace freshet::bench
