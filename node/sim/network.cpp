#include "node/sim/network.h"

#include <algorithm>
#include <cmath>

#include "node/base/bytes.h"
#include "node/base/check.h"

namespace freshet::sim {
namespace {

// `share` of `total`, drawn without replacement, ascending: each one is taken with the probability
// that what is still wanted has among what is still there (Knuth, TAOCP 2, 3.4.2, algorithm S).
template <typename Take>
void choose(double share, std::size_t total, Stream stream, Take take) {
  auto wanted = static_cast<std::size_t>(
      std::llround(std::clamp(share, 0.0, 1.0) * static_cast<double>(total)));
  for (std::size_t i = 0; i < total && wanted > 0; ++i) {
    if (stream.below(total - i) >= wanted) continue;
    take(i);
    --wanted;
  }
}

}  // namespace

Network::Network(const NetworkConfig& config, NodeIndex nodes, const Rng& rng)
    : config_(config),
      rng_(rng),
      latency_(config.latency, rng.fork("latency")),
      loss_(rng.fork("loss")),
      breaks_ties_(config.breaks_ties && config.latency.kind == LatencyConfig::Kind::constant) {
  if (config_.weak.share > 0) {
    weak_.resize(nodes);
    choose(config_.weak.share, nodes, Stream(rng_.fork("weak")), [&](std::size_t node) {
      weak_[node] = true;
    });
  }
  if (config_.partition.share <= 0) return;
  sides_.resize(nodes);
  choose(config_.partition.share, nodes, Stream(rng_.fork("partition")), [&](std::size_t node) {
    sides_[node] = true;
  });
}

void Network::begin_faults(TimePoint now) {
  FRESHET_CHECK(!begun_);
  begun_ = true;
  may_drop_ = config_.loss > 0 || !sides_.empty();
  cut_at_ = now + config_.partition.at;
  heals_at_ = now + config_.partition.heal;
}

std::vector<std::size_t> Network::clogged_of(std::size_t links) const {
  std::vector<std::size_t> clogged;
  if (config_.clogged > 0) {
    choose(config_.clogged, links, Stream(rng_.fork("clogged")), [&](std::size_t link) {
      clogged.push_back(link);
    });
  }
  return clogged;
}

Endpoint endpoint_of(NodeIndex node) {
  const std::uint32_t host = node + 1;  // 10.0.0.0 names the network
  return Endpoint::v4(
      {10, static_cast<Byte>(host >> 16U), static_cast<Byte>(host >> 8U), static_cast<Byte>(host)},
      kDefaultPort);
}

std::optional<NodeIndex> node_at(const Endpoint& address) {
  if (!address.is_v4() || address.address[12] != 10 || address.port != kDefaultPort)
    return std::nullopt;
  const std::uint32_t host = load_be<std::uint32_t>(address.address.data() + 12) & 0xFFFFFFU;
  if (host == 0) return std::nullopt;
  return host - 1;
}

}  // namespace freshet::sim
