// A peer that games the top-k rule, as BitTyrant does (Piatek et al., Do Incentives Build
// Robustness in BitTorrent?, NSDI 2007): it learns for each other how little it must send to be
// served in return, serves first who gives most for least, and sends no more than that. An
// adversary of simulations; no daemon behaves so.
#pragma once

#include <cstdint>
#include <map>
#include <memory>

#include "node/base/ids.h"
#include "node/core/transfer/choker.h"

namespace freshet::sim::swarm {

/// How fast a peer sends on each of its links; without limit where there is no entry.
struct Pacing {
  std::map<LinkId, std::uint64_t> rates;  ///< bytes a second
  bool is_new = false;                    ///< changed since the swarm last looked
};

/// `capacity`: of the peer's uplink, bytes a second. `pacing` is kept up to date.
core::transfer::MakeChoker make_strategic_choker(std::uint64_t capacity,
                                                 std::shared_ptr<Pacing> pacing);

}  // namespace freshet::sim::swarm
