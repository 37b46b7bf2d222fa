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

/// The events of a workload that lasts `duration`, in order. A larger `crash` on the same generator
/// crashes the same nodes and more. `spared` stays alive throughout.
std::vector<ChurnEvent> churn_events(const ChurnSpec& churn,
                                     double crash,
                                     sim::NodeIndex nodes,
                                     std::optional<sim::NodeIndex> spared,
                                     Duration duration,
                                     const Rng& rng);

}  // namespace freshet::bench
