// What lies between simulated nodes: how long a frame travels, and where each node can be dialled.
// Loss, bandwidth and clogged links belong here when they come; only the constant model is there.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/endpoint.h"
#include "node/base/time.h"

namespace freshet::sim {

/// A simulated node: its place in the host's array.
using NodeIndex = std::uint32_t;
inline constexpr NodeIndex kNoNode = 0xFFFFFFFF;

/// Asked once for each copy of a frame, in a deterministic order: a model may draw from a generator
/// of its own.
class LatencyModel {
 public:
  LatencyModel() = default;
  LatencyModel(const LatencyModel&) = delete;
  LatencyModel& operator=(const LatencyModel&) = delete;
  virtual ~LatencyModel() = default;
  /// One way. Not negative.
  virtual Duration latency(NodeIndex from, NodeIndex to) = 0;
};

class ConstantLatency final : public LatencyModel {
 public:
  explicit ConstantLatency(Duration latency) : latency_(latency) {}
  Duration latency(NodeIndex /*from*/, NodeIndex /*to*/) override { return latency_; }

 private:
  Duration latency_;
};

/// Nodes live in 10.0.0.0/8, all at freshet's port. REQUIRES: node < 2^24 - 1.
Endpoint endpoint_of(NodeIndex node);
/// The inverse; nullopt for what is no simulated node's address.
std::optional<NodeIndex> node_at(const Endpoint& address);

}  // namespace freshet::sim
