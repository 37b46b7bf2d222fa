#include "node/bench/summary.h"

#include <algorithm>
#include <functional>

#include "node/base/check.h"
#include "node/bench/summary_curves.h"

namespace freshet::bench {
namespace {

template <typename T>
bool contains(const std::vector<T>& all, const T& one) {
  return std::find(all.begin(), all.end(), one) != all.end();
}

using Value = std::function<double(const QueryRow&)>;
using Chosen = std::function<bool(const QueryRow&)>;

double succeeded(const QueryRow& row) {
  return row.hits > 0 ? 1 : 0;
}
bool any(const QueryRow& /*row*/) {
  return true;
}

// The mean is over all chosen queries; what the interval is over is said at IntervalOver.
Estimate estimate_of(const Cell& cell, const Value& value, const Chosen& chosen = any) {
  std::vector<double> all;
  all.reserve(cell.queries);
  std::vector<double> by_seed;
  for (const Run* run : cell.runs) {
    const std::size_t begin = all.size();
    for (const QueryRow& row : run->queries) {
      if (chosen(row)) all.push_back(value(row));
    }
    if (all.size() > begin) by_seed.push_back(mean_of(std::span(all).subspan(begin)));
  }
  Estimate result = estimate(all);
  if (cell.over == IntervalOver::seeds) result.ci95 = estimate(by_seed).ci95;
  return result;
}

ShareEstimate success_of(const Cell& cell, const Chosen& chosen = any) {
  Share share;
  for (const Run* run : cell.runs) {
    for (const QueryRow& row : run->queries) {
      if (!chosen(row)) continue;
      ++share.trials;
      share.successes += row.hits > 0 ? 1 : 0;
    }
  }
  if (share.trials == 0) return {};
  Interval interval = wilson(share.successes, share.trials);
  const Estimate mean = estimate_of(cell, succeeded, chosen);
  if (cell.over == IntervalOver::seeds && mean.ci95) {
    interval.low = std::min(interval.low, std::max(0.0, mean.mean - *mean.ci95));
    interval.high = std::max(interval.high, std::min(1.0, mean.mean + *mean.ci95));
  }
  return {.mean = mean.mean, .ci95 = interval};
}

AfterCrash after_crash_of(const Cell& cell, double crash_at_s) {
  const Chosen chosen = [&](const QueryRow& row) {
    return row.asked_at_s >= crash_at_s;
  };
  AfterCrash after;
  for (const Run* run : cell.runs) {
    after.queries +=
        static_cast<std::uint64_t>(std::count_if(run->queries.begin(), run->queries.end(), chosen));
  }
  after.success = success_of(cell, chosen);
  after.coverage = estimate_of(
      cell, [](const QueryRow& row) { return row.coverage(); }, chosen);
  return after;
}

// What `value` has of all queries of the cell, ascending.
template <typename F>
std::vector<double> sorted_values(const Cell& cell, F value) {
  std::vector<double> values;
  values.reserve(cell.queries);
  for (const Run* run : cell.runs) {
    for (const QueryRow& row : run->queries) {
      if (const auto found = value(row)) values.push_back(static_cast<double>(*found));
    }
  }
  std::sort(values.begin(), values.end());
  return values;
}

Percentiles percentiles_of(const std::vector<double>& sorted) {
  return {.p50 = percentile(sorted, 0.50),
          .p95 = percentile(sorted, 0.95),
          .p99 = percentile(sorted, 0.99)};
}

void fill_estimates(Cell& cell) {
  const auto of = [&](const Value& value) {
    return estimate_of(cell, value);
  };
  cell.messages = of([](const QueryRow& row) { return static_cast<double>(row.messages); });
  cell.query_frames = of([](const QueryRow& row) { return static_cast<double>(row.query_frames); });
  cell.duplicates = of([](const QueryRow& row) { return static_cast<double>(row.duplicates); });
  cell.bytes = of([](const QueryRow& row) { return row.bytes; });
  cell.reached = of([](const QueryRow& row) { return static_cast<double>(row.reached); });
  cell.coverage = of([](const QueryRow& row) { return row.coverage(); });
  cell.hits = of([](const QueryRow& row) { return static_cast<double>(row.hits); });
  cell.success = success_of(cell);
  cell.first_hit_ms = percentiles_of(first_hit_times_ms(cell));
  cell.first_hit_hops = percentiles_of(first_hit_hops(cell));
  cell.last_reached_ms =
      percentiles_of(sorted_values(cell, [](const QueryRow& row) { return row.last_reached_ms; }));
}

Cell make_cell(const RunSet& set, const Variant& variant, core::StrategyId strategy) {
  Cell cell;
  cell.strategy = strategy;
  cell.variant = variant;
  std::size_t with_queries = 0;
  for (const Run& run : set.runs) {
    if (run.strategy != strategy || run.variant != variant) continue;
    cell.runs.push_back(&run);
    cell.complete = cell.complete && run.complete;
    cell.queries += run.queries.size();
    with_queries += run.queries.empty() ? 0 : 1;
  }
  cell.over = with_queries > 1 ? IntervalOver::seeds : IntervalOver::queries;
  fill_estimates(cell);
  cell.load = load_of(cell);
  cell.hops = hops_of(cell);
  cell.degrees = degrees_of(cell);
  cell.types = types_of(cell);
  return cell;
}

}  // namespace

const Cell* Summary::find(const Variant& variant, core::StrategyId strategy) const {
  for (const Cell& cell : cells) {
    if (cell.variant == variant && cell.strategy == strategy) return &cell;
  }
  return nullptr;
}

std::vector<const Cell*> Summary::of_variant(const Variant& variant) const {
  std::vector<const Cell*> found;
  for (const auto strategy : strategies) {
    if (const Cell* cell = find(variant, strategy)) found.push_back(cell);
  }
  return found;
}

std::vector<const Cell*> Summary::of_strategy(core::StrategyId strategy) const {
  std::vector<const Cell*> found;
  for (const Variant& variant : variants) {
    if (const Cell* cell = find(variant, strategy)) found.push_back(cell);
  }
  return found;
}

Summary summarise(const RunSet& set) {
  Summary summary;
  if (!set.runs.empty()) {
    summary.nodes = set.runs.front().nodes;
    summary.links = set.runs.front().links;
  }
  for (const Run& run : set.runs) {
    if (!contains(summary.variants, run.variant)) summary.variants.push_back(run.variant);
    if (!contains(summary.strategies, run.strategy)) summary.strategies.push_back(run.strategy);
  }
  for (const Variant& variant : summary.variants) {
    for (const auto strategy : summary.strategies) {
      Cell cell = make_cell(set, variant, strategy);
      if (!cell.runs.empty()) summary.cells.push_back(std::move(cell));
    }
  }
  if (set.crash_at_s) {
    for (Cell& cell : summary.cells) cell.after_crash = after_crash_of(cell, *set.crash_at_s);
    fill_recovery(summary.cells, *set.crash_at_s);
  }
  return summary;
}

std::vector<double> first_hit_times_ms(const Cell& cell) {
  return sorted_values(cell, [](const QueryRow& row) { return row.first_hit_ms; });
}

std::vector<double> first_hit_hops(const Cell& cell) {
  return sorted_values(cell, [](const QueryRow& row) { return row.first_hit_hops; });
}

std::vector<double> last_reached_times_ms(const Cell& cell) {
  return sorted_values(cell, [](const QueryRow& row) { return row.last_reached_ms; });
}

double round_step(double limit) {
  FRESHET_CHECK(limit > 0);
  double power = 1;  // by steps of ten, so that it is the same on every machine
  while (power * 10 <= limit) power *= 10;
  double divisor = 1;
  while (power / divisor > limit) divisor *= 10;
  for (const double factor : {5.0, 2.0}) {
    const double step = factor * power / divisor;
    if (step <= limit) return step;
  }
  return power / divisor;
}

double round_step_up(double limit) {
  const double below = round_step(limit);
  for (const double factor : {1.0, 2.0, 2.5, 5.0}) {
    // A little more, so that rounding does not fall back by a step.
    const double step = round_step(below * factor * (1 + 1e-9));
    if (step >= limit) return step;
  }
  return 10 * below;
}

}  // namespace freshet::bench
