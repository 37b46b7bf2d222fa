#include "node/bench/swarm/run.h"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <thread>
#include <utility>
#include <vector>

#include "node/bench/cpu_time.h"
#include "node/bench/swarm/population.h"
#include "node/core/transfer/choker.h"
#include "node/core/transfer/shape.h"
#include "node/sim/swarm/bound.h"
#include "node/sim/swarm/swarm.h"

namespace freshet::bench {
namespace {

namespace swarm = sim::swarm;

double seconds(Duration time) {
  return std::chrono::duration<double>(time).count();
}

core::Config honest_config(const SwarmSpec& spec) {
  core::Config config;
  config.transfer.piece_length = spec.piece_length;
  config.transfer.make_choker = core::transfer::choker_named(spec.choker);
  if (spec.slots > 0) {
    config.transfer.upload_slots = spec.slots;
    config.transfer.min_upload_slots = config.transfer.max_upload_slots = spec.slots;
  }
  return config;
}

// What the peers are, with the configs that their plans refer to.
struct Cast {
  std::deque<core::Config> configs;
  std::vector<swarm::PeerPlan> plans;
};

void add(Cast& cast, const SwarmPeer& peer, const SwarmSpec& spec) {
  swarm::PeerPlan plan{.rates = {.up = peer.up, .down = peer.down},
                       .config = &cast.configs.front(),
                       .is_seed = peer.what == PeerClass::seed,
                       .arrives = peer.arrives,
                       .leaves = spec.leave};
  if (peer.what == PeerClass::free_rider) plan.config = &cast.configs[1];
  if (peer.what == PeerClass::strategic) {
    plan.pacing = std::make_shared<swarm::Pacing>();
    core::Config& config = cast.configs.emplace_back(cast.configs.front());
    config.transfer.make_choker = swarm::make_strategic_choker(peer.up, plan.pacing);
    plan.config = &config;
  }
  cast.plans.push_back(plan);
}

Cast cast_of(const std::vector<SwarmPeer>& peers, const SwarmSpec& spec) {
  Cast cast;
  cast.configs.push_back(honest_config(spec));
  cast.configs.push_back(cast.configs.front());
  cast.configs[1].transfer.upload_slots = 0;
  for (const SwarmPeer& peer : peers) add(cast, peer, spec);
  return cast;
}

double bound_of(const std::vector<SwarmPeer>& peers, const SwarmSpec& spec) {
  swarm::Capacities capacities;
  for (const SwarmPeer& peer : peers) {
    const auto up = static_cast<double>(peer.up);
    if (peer.what == PeerClass::seed) {
      capacities.seed_up += up;
    } else {
      capacities.leecher_up.push_back(peer.what == PeerClass::free_rider ? 0 : up);
      capacities.leecher_down.push_back(static_cast<double>(peer.down));
    }
  }
  return swarm::minimum_distribution_time(spec.size_bytes, capacities);
}

}  // namespace

SwarmRun perform_swarm(const SwarmSpec& spec, std::uint64_t seed, const std::atomic<bool>* cancel) {
  const auto peers = draw_swarm(spec, seed);
  Cast cast = cast_of(peers, spec);
  swarm::SwarmConfig config{.seed = seed,
                            .size_bytes = spec.size_bytes,
                            .piece_length = spec.piece_length,
                            .latency = spec.latency,
                            .buffer_bytes = static_cast<std::uint32_t>(spec.buffer_bytes),
                            .known_peers = spec.known_peers,
                            .give_up = spec.give_up,
                            .peers = cast.plans};
  SwarmRun run;
  run.seed = seed;
  const auto result = swarm::Swarm(config).run([&] {
    run.complete = cancel == nullptr || !cancel->load();
    return run.complete;
  });
  run.bound_s = bound_of(peers, spec);
  run.ended_s = seconds(result.ended);
  run.copies = static_cast<double>(result.seed_bytes_out) / static_cast<double>(spec.size_bytes);
  Duration busy{};
  for (std::size_t i = 0; i < peers.size(); ++i) {
    const swarm::PeerResult& peer = result.peers[i];
    if (peers[i].what == PeerClass::seed) busy += peer.busy_up;
    run.peers.push_back({.peer = peers[i],
                         .took_s = peer.took ? std::optional(seconds(*peer.took)) : std::nullopt,
                         .bytes_in = peer.bytes_in,
                         .bytes_kept = peer.bytes_kept,
                         .bytes_out = peer.bytes_out});
  }
  if (spec.seed_up > 0 && run.ended_s > 0)
    run.seed_idle = std::max(0.0, 1 - seconds(busy) / (run.ended_s * spec.seeds));
  const auto shape = core::transfer::shape_for(cast.configs.front().transfer, spec.size_bytes);
  run.piece_length = shape.piece_length;
  run.pieces = shape.piece_count;
  run.stalls = result.counters.stalls;
  run.events = result.events;
  run.digest = result.digest;
  return run;
}

SwarmSet run_swarms(const Scenario& scenario, const SwarmOptions& options) {
  SwarmSet set;
  set.scenario_name = scenario.name;
  set.scenario_text = scenario.text;
  set.command = options.command;
  set.seeds = scenario.seeds;
  set.size_bytes = scenario.swarm->size_bytes;
  std::vector<const SwarmSpec*> specs;
  const auto plan = [&](const std::string& variant, const SwarmSpec& spec) {
    for (const std::uint64_t seed : scenario.seeds) {
      SwarmRun& run = set.runs.emplace_back();
      run.variant = variant;
      run.seed = seed;
      specs.push_back(&spec);
    }
  };
  for (const SweepPoint& point : scenario.sweep) plan(point.name, *point.scenario->swarm);
  if (scenario.sweep.empty()) plan("", *scenario.swarm);
  const double cpu_before = own_cpu_seconds();
  const auto began = std::chrono::steady_clock::now();
  std::atomic<std::size_t> next{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < set.runs.size(); i = next++) {
      const std::string variant = set.runs[i].variant;
      set.runs[i] = perform_swarm(*specs[i], set.runs[i].seed, options.cancel);
      set.runs[i].variant = variant;
    }
  };
  const unsigned most = options.jobs > 0 ? options.jobs : std::thread::hardware_concurrency();
  std::vector<std::thread> threads;
  for (unsigned i = 1; i < std::min<std::size_t>(most, set.runs.size()); ++i)
    threads.emplace_back(work);
  work();
  for (std::thread& thread : threads) thread.join();
  std::erase_if(set.runs, [&](const SwarmRun& run) {
    set.interrupted = set.interrupted || !run.complete;
    return !run.complete;
  });
  set.cpu_seconds = own_cpu_seconds() - cpu_before;
  set.wall_seconds =
      std::chrono::duration<double>(std::chrono::steady_clock::now() - began).count();
  return set;
}

}  // namespace freshet::bench
