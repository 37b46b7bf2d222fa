// Every counter of a daemon by one flat name, for `status` and metrics.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "node/core/node.h"
#include "node/io/net/discovery.h"
#include "node/io/net/listener.h"
#include "node/io/net/membership.h"

namespace freshet::io {

using FlatCounters = std::vector<std::pair<std::string, std::uint64_t>>;

FlatCounters flat_counters(const core::Counters& core,
                           const ListenerCounters& port,
                           const DiscoveryCounters& beacon);
/// How full what neighbours fill is, and its limits: links, places for them, known hosts.
void add_view(FlatCounters& all,
              const core::overlay::Engine& overlay,
              const core::overlay::Config& config);
/// Of the proofs that links begin with.
void add_membership(FlatCounters& all, const MembershipCounters& proofs);

}  // namespace freshet::io
