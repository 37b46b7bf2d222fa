// What lies between simulated nodes: how long a frame travels, what becomes of frames that do not
// arrive, and where each node can be dialled. Holds no frame; who queues them is uplink.h.
//
// Faults (loss, partition, clogged links) begin with the workload: a mesh forms undisturbed. What
// is off costs nothing, and draws nothing: turning one on changes no other one's draws.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "node/base/endpoint.h"
#include "node/base/rng.h"
#include "node/base/time.h"
#include "node/sim/latency.h"

namespace freshet::sim {

/// A simulated node: its place in the host's array.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFFFFFF;
/// What an event and an address have room for.
inline constexpr NodeIndex kMaxNodes = (NodeIndex{1} << 24U) - 2;

/// From `at` to `heal` after the workload's beginning nothing passes between two sides, and nobody
/// is told. Nodes come to the smaller side at random; who leaves and returns stays on its side.
struct PartitionConfig {
  double share = 0;  ///< of nodes on the smaller side; 0: none
  Duration at{};
  Duration heal{};
};

/// Some nodes, drawn by the seed, have less bandwidth than the others.
struct WeakConfig {
  double share = 0;  ///< of nodes; 0: none
  std::uint64_t bandwidth_bytes_per_s = 0;
};

struct NetworkConfig {
  LatencyConfig latency = {};
  /// Share of frames that vanish, from otherwise fine links: those of queries. What keeps up a link
  /// (Hello, Ping, Pong, Bye, route tables) always arrives.
  double loss = 0;
  /// What each node can send, all its links together; 0: no limit. Frames of a node leave one after
  /// another, and its links' room is finite.
  std::uint64_t bandwidth_bytes_per_s = 0;
  WeakConfig weak = {};
  /// Share of links that take nothing more, either way, once the workload begins.
  double clogged = 0;
  PartitionConfig partition = {};
  /// With a constant latency: no two links take exactly as long (base/tie_break.h).
  bool breaks_ties = false;
};

class Network {
 public:
  Network(const NetworkConfig& config, NodeIndex nodes, const Rng& rng);

  [[nodiscard]] const NetworkConfig& config() const { return config_; }
  /// The workload begins: so do the faults.
  void begin_faults(TimePoint now);
  [[nodiscard]] bool has_begun() const { return begun_; }

  [[nodiscard]] bool is_weak(NodeIndex node) const { return !weak_.empty() && weak_[node]; }
  /// 0: no limit.
  [[nodiscard]] std::uint64_t bandwidth_of(NodeIndex node) const {
    return is_weak(node) ? config_.weak.bandwidth_bytes_per_s : config_.bandwidth_bytes_per_s;
  }

  /// Of the next frame, one way. Asked in a deterministic order.
  Duration latency() { return latency_.next(); }
  [[nodiscard]] bool keeps_order() const { return latency_.keeps_order(); }
  [[nodiscard]] bool breaks_ties() const { return breaks_ties_; }

  /// False: every frame arrives, and neither of the next two needs asking.
  [[nodiscard]] bool may_drop() const { return may_drop_; }
  /// Whether nothing passes from `a` to `b` now.
  [[nodiscard]] bool is_cut(NodeIndex a, NodeIndex b, TimePoint now) const {
    return !sides_.empty() && sides_[a] != sides_[b] && begun_ && now >= cut_at_ && now < heals_at_;
  }
  /// Whether the next frame vanishes.
  bool loses_next() { return begun_ && config_.loss > 0 && loss_.chance(config_.loss); }

  /// Which of `links` links are clogged, by number, ascending: a share of them, drawn.
  [[nodiscard]] std::vector<std::size_t> clogged_of(std::size_t links) const;

 private:
  NetworkConfig config_;
  Rng rng_;
  LatencySampler latency_;
  Stream loss_;
  bool begun_ = false;
  bool may_drop_ = false;
  bool breaks_ties_ = false;
  std::vector<bool> weak_;   ///< by node; empty without weak ones
  std::vector<bool> sides_;  ///< by node; empty without a partition
  TimePoint cut_at_{};
  TimePoint heals_at_{};
};

/// Whether any node's bandwidth has a limit.
[[nodiscard]] inline bool limits_bandwidth(const NetworkConfig& config) {
  return config.bandwidth_bytes_per_s > 0
         || (config.weak.share > 0 && config.weak.bandwidth_bytes_per_s > 0);
}

/// Nodes live in 10.0.0.0/8, all at freshet's port. REQUIRES: node <= kMaxNodes.
Endpoint endpoint_of(NodeIndex node);
/// The inverse; nullopt for what is no simulated node's address.
std::optional<NodeIndex> node_at(const Endpoint& address);

}  // namespace freshet::sim
