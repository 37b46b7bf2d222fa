// One content, its seeds and those who fetch it, each a core::Node with the transfer engine that
// the daemon runs, under one virtual clock. Blocks have a length and no bytes; storage and hashing
// take no time. No overlay: who asks for sources is told of others that are there, as by a flood.
// The same config gives the same run.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/core/node.h"
#include "node/sim/swarm/pipes.h"
#include "node/sim/swarm/strategic.h"

namespace freshet::sim::swarm {

struct PeerPlan {
  Rates rates = {};
  /// How it behaves; outlives the swarm. Its transfer.piece_length is the swarm's.
  const core::Config* config = nullptr;
  bool is_seed = false;
  Duration arrives{};
  bool leaves = false;  ///< as soon as it has everything
  /// Of a strategic peer: how fast it wants to send on each link.
  std::shared_ptr<Pacing> pacing = nullptr;
};

struct SwarmConfig {
  std::uint64_t seed = 1;
  std::uint64_t size_bytes = 0;                     ///< at least one byte
  std::uint32_t piece_length = 0;                   ///< 0: what follows from the size
  Duration latency = std::chrono::milliseconds(1);  ///< one way
  /// What a host takes for one link before its core must wait. (A daemon begins with 512 KiB, and
  /// lets 64 KiB lie ahead of a slow link: io/host/send_ahead.h.)
  std::uint32_t buffer_bytes = std::uint32_t{2} << 20U;
  /// Others that one is told of when it asks.
  std::uint32_t known_peers = 30;
  Duration give_up = std::chrono::hours(24);
  std::vector<PeerPlan> peers;
};

struct PeerResult {
  std::optional<Duration> took;  ///< from its arrival to the last verified piece
  std::uint64_t bytes_in = 0;    ///< payloads received
  std::uint64_t bytes_kept = 0;  ///< of them what was of use
  std::uint64_t bytes_out = 0;   ///< payloads that others received from it
  Duration busy_up{};            ///< its uplink, until the last one was done
};

struct SwarmResult {
  std::vector<PeerResult> peers;  ///< in order of the plan
  std::uint64_t seed_bytes_out = 0;
  Duration ended{};  ///< when the last one was done, or all was given up
  std::uint64_t events = 0;
  core::transfer::Counters counters;
  std::uint64_t digest = 0;
};

class Swarm {
 public:
  /// REQUIRES: a seed that is there from the beginning.
  explicit Swarm(const SwarmConfig& config);
  ~Swarm();
  Swarm(const Swarm&) = delete;
  Swarm& operator=(const Swarm&) = delete;

  /// Runs until all who fetch are done. `go_on` is asked now and then; false ends it.
  SwarmResult run(const std::function<bool()>& go_on = {});

 private:
  class Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace freshet::sim::swarm
