// Results without a simulator: what runs might have yielded, drawn from a seed. The numbers follow
// a crude model of a flood, so that figures made of them look like figures.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/rng.h"
#include "node/bench/results.h"

namespace freshet::bench::testing {

using core::StrategyId;

struct SyntheticPlan {
  std::vector<StrategyId> strategies = {StrategyId::flood,
                                        StrategyId::ring,
                                        StrategyId::walk,
                                        StrategyId::tree,
                                        StrategyId::routed,
                                        StrategyId::automatic};
  std::vector<double> crashes = {0.0};  ///< several, or one that is not 0: a crash at 30 s
  std::vector<std::uint64_t> seeds = {1, 2, 3};
  std::uint32_t queries = 100;
  std::uint64_t nodes = 1000;
  double degree = 8;
  std::uint8_t ttl = 7;
  bool scale_free = false;
};

/// Makes one run.
class SyntheticRun {
 public:
  SyntheticRun(const SyntheticPlan& plan, StrategyId strategy, double crash, std::uint64_t seed)
      : plan_(plan),
        strategy_(strategy),
        crash_(crash),
        rng_(Rng::from_seed(seed).fork(to_string(strategy))) {
    run_.strategy = strategy;
    run_.seed = seed;
    run_.variant.crash = crash;
    run_.nodes = plan.nodes;
    run_.links = static_cast<std::uint64_t>(static_cast<double>(plan.nodes) * plan.degree / 2);
    run_.digest = rng_.next_u64();
  }

  Run make() {
    run_.hops.resize(std::size_t{plan_.ttl} + 1);
    for (std::uint32_t i = 0; i < plan_.queries; ++i) run_.queries.push_back(query(i));
    make_loads();
    make_traffic();
    return std::move(run_);
  }

 private:
  struct Character {
    double coverage;
    double copies;  ///< Query frames a node reached
    double delay;   ///< against flood's
    double other;   ///< bytes of other frames, against those of queries
  };

  [[nodiscard]] Character character() const {
    const std::array<Character, core::kStrategyNames.size()> characters = {{
        {.coverage = 1, .copies = plan_.degree - 1, .delay = 1, .other = 0},  // flood
        {.coverage = 0.45, .copies = 2.1, .delay = 3.5, .other = 0},          // ring
        {.coverage = 0.2, .copies = 1.4, .delay = 12, .other = 0.3},          // walk
        {.coverage = 1, .copies = 1.15, .delay = 1.3, .other = 0.4},          // tree
        {.coverage = 0.93, .copies = 1.9, .delay = 1, .other = 0.6},          // routed
        {.coverage = 0.7, .copies = 1.5, .delay = 1.6, .other = 0.2},         // auto
    }};
    return characters.at(static_cast<std::size_t>(strategy_));
  }

  double noise(double low, double high) { return low + (high - low) * rng_.unit(); }

  // A mesh that lost nodes is worse at first, and mends.
  [[nodiscard]] double health(double asked_at_s) const {
    if (crash_ == 0 || asked_at_s < kCrashAt) return 1;
    const double mended = 1 - std::exp(-(asked_at_s - kCrashAt) / 12);
    return 1 - crash_ * crash_ * (1 - mended);
  }

  std::uint64_t spread(double reached, double copies) {
    double left = reached;
    double layer = plan_.degree;
    std::uint64_t total = 0;
    for (std::size_t hop = 1; hop < run_.hops.size() && left >= 1; ++hop) {
      const double first = std::floor(std::min(left, layer));
      const double share = 1 - left / (reached + 1);
      const auto duplicates =
          static_cast<std::uint64_t>(first * (copies - 1) * (share + 0.05) * noise(0.9, 1.1));
      run_.hops[hop].first += static_cast<std::uint64_t>(first);
      run_.hops[hop].duplicates += duplicates;
      total += duplicates;
      left -= first;
      layer *= (plan_.degree - 1) * std::max(0.1, left / static_cast<double>(plan_.nodes));
    }
    return total;
  }

  QueryRow query(std::uint32_t number) {
    const Character is = character();
    QueryRow row;
    row.query = number;
    row.origin = rng_.below(plan_.nodes);
    row.asked_at_s = 120.0 * number / std::max(1U, plan_.queries);
    const double share = row.asked_at_s < kCrashAt ? 0 : crash_;
    row.alive = static_cast<std::uint64_t>(static_cast<double>(plan_.nodes) * (1 - share));
    const double well = health(row.asked_at_s);
    const double reached =
        is.coverage * well * static_cast<double>(row.alive - 1) * noise(0.97, 1.0);
    row.reached = static_cast<std::uint64_t>(reached);
    row.duplicates = spread(reached, is.copies);
    row.query_frames = row.reached + row.duplicates;
    row.messages =
        row.query_frames
        + static_cast<std::uint64_t>(is.other * static_cast<double>(row.query_frames) / 2);
    row.bytes = static_cast<double>(row.query_frames) * 52.0 * (1 + is.other) + 0.125;
    answer(row, is, well);
    return row;
  }

  void answer(QueryRow& row, const Character& is, double well) {
    row.last_reached_ms = (300 + 60 * noise(0, 4)) * is.delay;
    if (rng_.unit() > (0.6 + 0.39 * is.coverage) * well) return;
    row.hits = 1 + rng_.below(10);
    const auto hops = static_cast<std::uint32_t>(1 + rng_.below(2) + rng_.below(3));
    row.first_hit_hops = hops;
    row.first_hit_ms = hops * noise(40, 120) * is.delay;
  }

  void make_loads() {
    std::uint64_t frames = 0;
    for (const QueryRow& row : run_.queries) frames += row.messages;
    const double mean = static_cast<double>(frames) / static_cast<double>(plan_.nodes);
    for (std::uint64_t i = 0; i < plan_.nodes; ++i) {
      double degree = plan_.degree;
      if (plan_.scale_free) degree = plan_.degree / 2 / std::sqrt(noise(0.0005, 1));
      const auto links = static_cast<std::uint32_t>(degree * noise(0.8, 1.2));
      const double load = mean * links / plan_.degree * noise(0.8, 1.2);
      run_.loads.push_back({.degree = links,
                            .frames_in = static_cast<std::uint64_t>(load),
                            .hits_in = rng_.below(20)});
    }
  }

  void make_traffic() {
    std::uint64_t frames = 0;
    for (const QueryRow& row : run_.queries) frames += row.query_frames;
    const double other = character().other;
    const auto add = [&](const char* type, double share, std::uint64_t size) {
      const auto count = static_cast<std::uint64_t>(static_cast<double>(frames) * share);
      run_.traffic.push_back({.type = type, .frames = count, .bytes = count * size});
    };
    add("query", 1, 52);
    add("hit", 0.03, 140);
    if (strategy_ == StrategyId::tree) {
      add("announce", other, 43);
      add("graft", 0.02, 39);
      add("prune", 0.03, 23);
    }
    if (strategy_ == StrategyId::walk) add("check", other, 39);
    if (strategy_ == StrategyId::routed) add("table", other / 20, 900);
    add("ping", 0.02, 23);
    add("pong", 0.02, 60);
  }

 public:
  static constexpr double kCrashAt = 30;

 private:
  const SyntheticPlan& plan_;
  StrategyId strategy_;
  double crash_;
  Rng rng_;
  Run run_;
};

inline RunSet synthetic(const SyntheticPlan& plan = {}) {
  RunSet set;
  set.scenario_name = "synthetic";
  set.scenario_text = "name = \"synthetic\"\n[topology]\nkind = \"random-regular\"\n";
  set.runner = "sim";
  set.command = "freshet sim synthetic.toml";
  set.seeds = plan.seeds;
  set.ttl = plan.ttl;
  set.deliveries = 12'345'678;
  set.cpu_seconds = 2.5;
  set.wall_seconds = 1.5;
  set.peak_rss_bytes = 100'000'000;
  if (plan.crashes != std::vector{0.0}) set.crash_at_s = SyntheticRun::kCrashAt;
  for (const double crash : plan.crashes) {
    for (const StrategyId strategy : plan.strategies) {
      for (const std::uint64_t seed : plan.seeds) {
        Run run = SyntheticRun(plan, strategy, crash, seed).make();
        if (plan.crashes.size() > 1) {
          run.variant.name = "crash " + std::to_string(std::lround(crash * 100)) + " %";
        }
        set.runs.push_back(std::move(run));
      }
    }
  }
  return set;
}

/// One query after the other, by hand: 11 nodes, the second query without a hit.
inline RunSet two_queries() {
  RunSet set;
  set.scenario_name = "two";
  set.scenario_text = "name = \"two\"\n";
  set.runner = "sim";
  set.command = "freshet sim two.toml --seed 7";
  set.seeds = {7};
  Run run;
  run.seed = 7;
  run.nodes = 11;
  run.links = 20;
  run.queries.push_back({.query = 0,
                         .origin = 3,
                         .messages = 30,
                         .query_frames = 30,
                         .duplicates = 20,
                         .bytes = 1500.25,
                         .reached = 10,
                         .alive = 11,
                         .hits = 2,
                         .first_hit_ms = 81.5,
                         .last_reached_ms = 140,
                         .first_hit_hops = 2,
                         .asked_at_s = 0});
  run.queries.push_back({.query = 1,
                         .origin = 9,
                         .messages = 10,
                         .query_frames = 10,
                         .duplicates = 5,
                         .bytes = 500,
                         .reached = 5,
                         .alive = 11,
                         .hits = 0,
                         .first_hit_ms = std::nullopt,
                         .last_reached_ms = 70,
                         .first_hit_hops = std::nullopt,
                         .asked_at_s = 1.5});
  run.hops = {{}, {.first = 8, .duplicates = 0}, {.first = 7, .duplicates = 25}, {}};
  for (std::uint32_t i = 0; i < 11; ++i) {
    run.loads.push_back({.degree = 3 + i % 2, .frames_in = i, .hits_in = i / 5});
  }
  run.traffic = {{.type = "query", .frames = 40, .bytes = 2000},
                 {.type = "hit", .frames = 4, .bytes = 400}};
  run.digest = 0xABCDEF;
  set.runs.push_back(std::move(run));
  return set;
}

}  // namespace freshet::bench::testing
