#include <algorithm>
#include <fstream>
#include <utility>

#include "node/bench/run_parts.h"
#include "node/bench/sim_world.h"
#include "node/cli/testbed/testbed_run.h"
#include "node/sim/host.h"
#include "node/sim/network.h"

namespace freshet::cli {
namespace {

/// Virtual: what links measure of each other when they are new is known by then.
constexpr Duration kCalm = std::chrono::seconds(1);
constexpr Duration kOverlayLimit = std::chrono::seconds(60);  ///< virtual
///< virtual
constexpr std::chrono::seconds kLinkLimit{120};
constexpr std::size_t kNodesAtOnce =
    16;  ///< that are told to dial before their links are waited for

bed::Delay delay_of(const bench::LatencySpec& latency) {
  using Kind = bench::LatencySpec::Kind;
  bed::Delay delay{.low = latency.low, .high = latency.high, .sigma = latency.sigma};
  delay.kind = bed::Delay::Kind::constant;
  if (latency.kind == Kind::uniform) delay.kind = bed::Delay::Kind::uniform;
  if (latency.kind == Kind::lognormal) delay.kind = bed::Delay::Kind::lognormal;
  if (latency.kind == Kind::constant && latency.low == Duration{})
    delay.kind = bed::Delay::Kind::none;
  return delay;
}

}  // namespace

Status TestbedRun::put_files() {
  std::error_code failed;
  for (NodeIndex node = 0; node < topology_.nodes; ++node)
    fs::create_directories(fleet_.share_of(node), failed);
  for (std::uint32_t object = 0; object < objects_.objects(); ++object) {
    const std::string name = bench::file_of(object).name;
    for (const NodeIndex node : objects_.holders(object)) {
      std::ofstream file(fleet_.share_of(node) / name);
      file << name;
      if (!file.flush()) return Error{ErrorCode::io, "cannot write the testbed's files: no room?"};
    }
  }
  return kOk;
}

std::vector<bed::Setup> TestbedRun::setups() {
  const core::Config config = bench::node_config(scenario_, plan_.seed, topology_);
  const Rng keys = sim::key_rng(plan_.seed);
  bed::Setup setup{.seed = plan_.seed,
                   .epoch_ns = std::chrono::nanoseconds(epoch_.time_since_epoch()).count(),
                   .dilation = plan_.dilation,
                   .delay = delay_of(scenario_.links.latency),
                   .breaks_ties = plan_.strategy == StrategyId::walk,
                   .loss = scenario_.links.loss,
                   .has_real_limits = has_real_limits(),
                   .discover = scenario_.topology.discover,
                   .max_ttl = config.overlay.max_ttl,
                   .target_links = static_cast<std::uint32_t>(config.overlay.target_links),
                   .max_links = static_cast<std::uint32_t>(config.overlay.max_links),
                   .walk_key = config.overlay.walk_key,
                   .listen = "127.0.0.1:0"};
  std::vector<bed::Setup> all;
  for (NodeIndex node = 0; node < topology_.nodes; ++node) {
    setup.node = node;
    if (!setup.discover) setup.alias = sim::node_key(keys, node);
    if (fleet_.wires() != nullptr) setup.listen = fleet_.wires()->listen_of(node);
    setup.share = fleet_.share_of(node).string();
    setup.drops_queries = plan_.faulty == node;
    if (!plan_.capture.empty()) setup.capture = fleet_.capture_of(node).string();
    all.push_back(setup);
  }
  return all;
}

// Bytes that pass in a virtual second pass in so many real ones.
Status TestbedRun::wire_up() {
  if (!plan_.netns) return kOk;
  const std::uint64_t rate = scenario_.links.bandwidth_bytes_per_s;
  auto wires = Wires::make({.kind = *plan_.netns,
                            .topology = &topology_,
                            .bytes_per_s = (rate + plan_.dilation - 1) / plan_.dilation,
                            .folder = fleet_.folder()});
  if (!wires) return wires.error();
  fleet_.use(std::move(*wires));
  return kOk;
}

Status TestbedRun::bring_up() {
  epoch_ = Steady::now();
  if (Status put = put_files(); !put) return put;
  if (Status wired = wire_up(); !wired) return wired;
  setups_ = setups();
  if (Status started = fleet_.start(setups_); !started) return started;
  const auto started = Steady::now();
  outcome_.start_seconds = std::chrono::duration<double>(started - epoch_).count();
  if (Status linked = link_up(); !linked) return linked;
  outcome_.link_seconds = std::chrono::duration<double>(Steady::now() - started).count();
  return calm_down();
}

// The lower number dials, as in the simulator.
Status TestbedRun::link_up() {
  state_.phase = TestbedState::Phase::linking;
  state_.links_wanted = topology_.edges.size();
  std::vector<std::vector<std::uint32_t>> dials(topology_.nodes);
  for (const auto& [a, b] : topology_.edges) dials[a].push_back(b);
  std::uint64_t told = 0;
  for (NodeIndex node = 0; node < topology_.nodes; ++node) {
    if (!dials[node].empty()) {
      if (Status linked = fleet_.link(node, dials[node]); !linked) return linked;
      told += dials[node].size();
    }
    const bool is_last = node + 1 == topology_.nodes;
    if (!is_last && node % kNodesAtOnce != kNodesAtOnce - 1) continue;
    // Most of what was told; the rest may come up while others begin.
    const std::uint64_t wanted = is_last ? told : told - std::min<std::uint64_t>(told, 64);
    if (Status up = wait_for_links(2 * wanted); !up) return up;
  }
  return kOk;
}

Status TestbedRun::wait_for_links(std::uint64_t ends) {
  const auto limit = Steady::now() + kLinkLimit * std::int64_t{plan_.dilation};
  while (log_.link_ends() < ends) {
    // Nodes that dial too may have closed a link in favour of another one.
    const bool is_late = Steady::now() >= limit;
    if (is_late && scenario_.topology.discover) break;
    if (is_late) {
      return Error{ErrorCode::timed_out,
                   "the testbed has " + std::to_string(log_.link_ends() / 2) + " links, not "
                       + std::to_string(ends / 2)};
    }
    if (Status heard = fleet_.listen(Steady::now() + std::chrono::milliseconds(100)); !heard)
      return heard;
  }
  return kOk;
}

Status TestbedRun::calm_down() {
  const Duration longest = std::max(scenario_.links.latency.low, scenario_.links.latency.high);
  const auto until = real(now() + kCalm + 4 * longest);
  while (Steady::now() < until) {
    if (Status heard = fleet_.listen(until); !heard) return heard;
  }
  if (Status grown = wait_for_overlay(); !grown) return grown;
  outcome_.pss_bytes = fleet_.pss_bytes();
  return fleet_.begin();
}

// The nodes' own overlay is there when no link has come or gone for a while.
Status TestbedRun::wait_for_overlay() {
  if (scenario_.topology.kind != bench::TopologyKind::self) return kOk;
  const TimePoint limit = now() + kOverlayLimit;
  std::uint64_t ends = log_.link_ends();
  for (TimePoint since = now(); now() < std::min(since + kSettle, limit);) {
    if (Status heard = fleet_.listen(Steady::now() + kAllHeard); !heard) return heard;
    if (log_.link_ends() == ends) continue;
    ends = log_.link_ends();
    since = now();
  }
  return kOk;
}

}  // namespace freshet::cli
