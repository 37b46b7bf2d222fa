// What a RunSet comes to: one Cell for each strategy under each variant, with estimates and their
// intervals, curves by hop, by degree and over time. Computed once, then written as JSON, as a
// table and as figures.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/bench/results.h"
#include "node/bench/stats.h"

namespace freshet::bench {

/// What a confidence interval is over. Queries of one seed share their mesh, so with several seeds
/// each seed's mean is one observation; with one seed each query is.
enum class IntervalOver : std::uint8_t { queries, seeds };

/// A share of successes. The interval is Wilson's over all queries; with several seeds the wider of
/// that and Student's over the seeds' shares, since a few seeds that agree prove little.
struct ShareEstimate {
  double mean = 0;
  std::optional<Interval> ci95;  ///< nullopt without a query
};

/// nullopt without a value.
struct Percentiles {
  std::optional<double> p50;
  std::optional<double> p95;
  std::optional<double> p99;
};

/// Of all queries of a Cell, by number of links travelled.
struct HopSummary {
  std::uint32_t hop = 1;
  double first = 0;       ///< mean a query: nodes reached at this hop
  double duplicates = 0;  ///< mean a query: copies that found their node reached
  double coverage = 0;    ///< reached within so many hops / (alive - 1)

  /// Of the Query frames that arrived at this hop. 0 when none did.
  [[nodiscard]] double duplicate_ratio() const {
    const double frames = first + duplicates;
    return frames > 0 ? duplicates / frames : 0.0;
  }
};

/// Nodes of similar degree, over all seeds; frames are a node's mean in a run.
struct DegreeSummary {
  std::uint32_t low = 0;
  std::uint32_t high = 0;  ///< inclusive
  std::uint64_t nodes = 0;
  double frames_in = 0;
  double hits_in = 0;
};

/// Frames that a node received in a run.
struct LoadSummary {
  double max = 0;   ///< of any node in any run
  double mean = 0;  ///< over nodes and runs
  double gini = 0;  ///< mean over runs
};

/// Mean a query; background traffic is shared out evenly.
struct TypeSummary {
  std::string type;
  double frames = 0;
  double bytes = 0;
};

/// The queries asked in one span of time; seconds since the crash, negative before it.
struct RecoveryBin {
  double from_s = 0;
  double to_s = 0;
  std::uint64_t queries = 0;
  double success = 0;
  double coverage = 0;
};

/// Of the queries asked at or after the crash.
struct AfterCrash {
  std::uint64_t queries = 0;
  ShareEstimate success;
  Estimate coverage;
};

struct Cell {
  core::StrategyId strategy = core::StrategyId::flood;
  Variant variant;
  std::vector<const Run*> runs;  ///< by seed
  bool complete = true;
  IntervalOver over = IntervalOver::queries;
  std::uint64_t queries = 0;

  Estimate messages;
  Estimate query_frames;
  Estimate duplicates;
  Estimate bytes;
  Estimate reached;
  Estimate coverage;
  Estimate hits;
  ShareEstimate success;
  Percentiles first_hit_ms;     ///< of the queries with a hit
  Percentiles first_hit_hops;   ///< likewise
  Percentiles last_reached_ms;  ///< of the queries that reached another node
  LoadSummary load;
  std::vector<HopSummary> hops;  ///< from 1 to the last that a frame came to
  std::vector<DegreeSummary> degrees;
  std::vector<TypeSummary> types;         ///< in the order in which the runs first name them
  std::optional<AfterCrash> after_crash;  ///< nullopt without a crash
  std::vector<RecoveryBin> recovery;  ///< empty without a crash; bins without queries are left out
};

struct Summary {
  std::uint64_t nodes = 0;  ///< of the first run
  std::uint64_t links = 0;  ///< likewise
  std::vector<Variant> variants;
  std::vector<core::StrategyId> strategies;
  std::vector<Cell> cells;  ///< by variant, then strategy

  /// nullptr when it was not run.
  [[nodiscard]] const Cell* find(const Variant& variant, core::StrategyId strategy) const;
  /// Those that ran, in order of strategies.
  [[nodiscard]] std::vector<const Cell*> of_variant(const Variant& variant) const;
  /// Those that ran, in order of variants.
  [[nodiscard]] std::vector<const Cell*> of_strategy(core::StrategyId strategy) const;
};

/// Refers to `set`, which outlives it.
Summary summarise(const RunSet& set);

/// Ascending, of all queries of the cell that have one.
std::vector<double> first_hit_times_ms(const Cell& cell);
std::vector<double> first_hit_hops(const Cell& cell);
std::vector<double> last_reached_times_ms(const Cell& cell);

/// The largest 1, 2 or 5 times a power of ten that is not above `limit`. REQUIRES: limit > 0.
double round_step(double limit);
/// The smallest that is not below it.
double round_step_up(double limit);

}  // namespace freshet::bench
