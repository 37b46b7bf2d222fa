#include "node/bench/sim_world.h"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include "node/bench/run_parts.h"

namespace freshet::bench {
namespace {

namespace overlay = core::overlay;

constexpr Duration kNever = std::chrono::hours(24 * 365 * 100);
/// Links have measured each other by then, unless they are slower than any network.
constexpr Duration kCalm = std::chrono::seconds(5);

sim::LatencyConfig latency_config(const LatencySpec& latency) {
  using Kind = sim::LatencyConfig::Kind;
  sim::LatencyConfig config{
      .kind = Kind::constant, .low = latency.low, .high = latency.high, .sigma = latency.sigma};
  if (latency.kind == LatencySpec::Kind::uniform) config.kind = Kind::uniform;
  if (latency.kind == LatencySpec::Kind::lognormal) config.kind = Kind::lognormal;
  return config;
}

sim::NetworkConfig network_config(const Scenario& scenario, overlay::StrategyId strategy) {
  const LinksSpec& links = scenario.links;
  const PartitionSpec& partition = scenario.partition;
  const bool heals = partition.heal > Duration{};
  return {.latency = latency_config(links.latency),
          .loss = links.loss,
          .bandwidth_bytes_per_s = links.bandwidth_bytes_per_s,
          .weak = {.share = links.weak, .bandwidth_bytes_per_s = links.weak_bandwidth_bytes_per_s},
          .clogged = links.clogged,
          .partition = {.share = partition.share,
                        .at = partition.at,
                        .heal = heals ? partition.heal : kNever},
          // Walkers that are in step would meet at one instant.
          .breaks_ties = strategy == overlay::StrategyId::walk};
}

sim::SimulationConfig simulation_config(const Scenario& scenario,
                                        std::uint64_t seed,
                                        overlay::StrategyId strategy,
                                        const sim::Topology& topology,
                                        std::string reproduce) {
  return {.seed = seed,
          .node = node_config(scenario, seed, topology),
          .discover = scenario.topology.discover,
          .network = network_config(scenario, strategy),
          .log = {.keep_hits = false, .count_loads = true},
          .calm = kCalm,
          .reproduce = std::move(reproduce)};
}

/// What the simulator reports is a rule of its own that was broken.
Status broken(const Status& status) {
  if (status) return kOk;
  return Error{ErrorCode::verification, status.error().message};
}

}  // namespace

SimWorld::SimWorld(const Scenario& scenario,
                   std::uint64_t seed,
                   core::overlay::StrategyId strategy,
                   const sim::Topology& topology,
                   const sim::Content& content,
                   std::string reproduce,
                   Done done)
    : discover_(scenario.topology.discover),
      graceful_(scenario.churn.graceful),
      topology_(topology),
      simulation_(topology,
                  simulation_config(scenario, seed, strategy, topology, std::move(reproduce)),
                  content),
      asker_(simulation_.host(), {}, std::move(done)) {}

Status SimWorld::settle(const std::function<bool()>& go_on) {
  const Status status = simulation_.settle(go_on);
  began_ = host().now();
  if (!status && status.error().code == ErrorCode::canceled) return status;
  return broken(status);
}

Status SimWorld::run_until(Duration time) {
  return broken(asker_.run_until(began_ + time));
}

Status SimWorld::ask(const sim::Asking& asking, std::uint64_t number) {
  return broken(asker_.ask(asking, number));
}

void SimWorld::give(sim::NodeIndex node, const overlay::Input& input) {
  host().give(node, core::Input(input));
}

void SimWorld::crash(sim::NodeIndex node) {
  host().crash(node);
}

// ---- sessions

void SimWorld::prepare_sessions() {
  if (discover_ && key_owners_.empty()) {
    for (sim::NodeIndex node = 0; node < host().size(); ++node)
      key_owners_.emplace(host().key_of(node), node);
  }
  if (!discover_ && neighbours_.empty()) {
    neighbours_.resize(topology_.nodes);
    for (const auto& [a, b] : topology_.edges) {
      neighbours_[a].push_back(b);
      neighbours_[b].push_back(a);
    }
  }
}

std::vector<SimWorld::Known> SimWorld::known_by(sim::NodeIndex node) const {
  std::vector<Known> known;
  const overlay::Engine& engine = host().node(node)->overlay();
  for (const overlay::Link& link : engine.links().all()) {
    const NodeKey& key = engine.links().peer_of(link).key;
    if (const auto owner = key_owners_.find(key); owner != key_owners_.end())
      known.push_back({.key = key, .address = sim::endpoint_of(owner->second)});
  }
  for (const overlay::CachedHost& cached : engine.cached_hosts())
    known.push_back({.key = cached.key, .address = cached.address});
  return known;
}

void SimWorld::leave(sim::NodeIndex node) {
  prepare_sessions();
  if (discover_) known_[node] = known_by(node);
  if (graceful_) give(node, overlay::ShutDown{});
  host().crash(node);
}

void SimWorld::come_back(sim::NodeIndex node) {
  host().restart(node);
  for (const Known& known : known_[node])
    give(node, overlay::HostRemembered{.key = known.key, .address = known.address});
  known_.erase(node);
  if (discover_) return;
  for (const sim::NodeIndex neighbour : neighbours_[node])
    give(node, overlay::AddPeer{.peer = overlay::PeerNumber{neighbour}, .keep = true});
}

// ---- results

std::vector<std::uint32_t> SimWorld::degrees() const {
  std::vector<std::uint32_t> degrees(host().size());
  for (sim::NodeIndex node = 0; node < host().size(); ++node) {
    if (const core::Node* alive = host().node(node))
      degrees[node] = static_cast<std::uint32_t>(alive->overlay().links().live_count());
  }
  return degrees;
}

std::string name_of(wire::FrameType type) {
  using wire::FrameType;
  static constexpr std::array<std::pair<FrameType, std::string_view>, 17> kNames = {
      {{FrameType::ping, "ping"},
       {FrameType::pong, "pong"},
       {FrameType::bye, "bye"},
       {FrameType::route_table, "table"},
       {FrameType::push, "push"},
       {FrameType::query, "query"},
       {FrameType::query_hit, "hit"},
       {FrameType::hello, "hello"},
       {FrameType::announce, "announce"},
       {FrameType::graft, "graft"},
       {FrameType::prune, "prune"},
       {FrameType::check_back, "check"},
       {FrameType::go_on, "go-on"},
       {FrameType::fetch, "fetch"},
       {FrameType::join, "join"},
       {FrameType::shuffle, "shuffle"},
       {FrameType::shuffle_reply, "shuffle-reply"}}};
  const auto* const found = std::find_if(
      kNames.begin(), kNames.end(), [&](const auto& each) { return each.first == type; });
  if (found != kNames.end()) return std::string(found->second);
  return "type-" + std::to_string(static_cast<unsigned>(type));
}

}  // namespace freshet::bench
