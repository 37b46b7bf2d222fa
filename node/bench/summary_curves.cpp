#include "node/bench/summary_curves.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

namespace freshet::bench {
namespace {

// Degrees told apart one by one; more are put into classes.
constexpr std::size_t kMaxDegrees = 24;
// Of a recovery curve, about: its time is resolved where there are queries enough.
constexpr double kMaxBins = 40;
constexpr double kQueriesOfBin = 12;

struct DegreeTotals {
  std::uint64_t nodes = 0;
  std::uint64_t frames_in = 0;
  std::uint64_t hits_in = 0;
};

void add_class(std::vector<DegreeSummary>& classes,
               std::uint32_t low,
               std::uint32_t high,
               const DegreeTotals& totals) {
  if (totals.nodes == 0) return;
  const auto nodes = static_cast<double>(totals.nodes);
  classes.push_back({.low = low,
                     .high = high,
                     .nodes = totals.nodes,
                     .frames_in = static_cast<double>(totals.frames_in) / nodes,
                     .hits_in = static_cast<double>(totals.hits_in) / nodes});
}

// The first time at or after which queries were asked, and the last; on the crash's clock.
struct Span {
  double first = std::numeric_limits<double>::infinity();
  double last = -std::numeric_limits<double>::infinity();
};

Span asked_span(const std::vector<Cell>& cells, double crash_at_s) {
  Span span;
  for (const Cell& cell : cells) {
    for (const Run* run : cell.runs) {
      for (const QueryRow& row : run->queries) {
        span.first = std::min(span.first, row.asked_at_s - crash_at_s);
        span.last = std::max(span.last, row.asked_at_s - crash_at_s);
      }
    }
  }
  return span;
}

// Round, and wide enough for some queries in each.
double bin_width(const std::vector<Cell>& cells, const Span& span) {
  std::uint64_t fewest = std::numeric_limits<std::uint64_t>::max();
  for (const Cell& cell : cells) {
    if (cell.queries > 0) fewest = std::min(fewest, cell.queries);
  }
  const double bins = std::clamp(static_cast<double>(fewest) / kQueriesOfBin, 1.0, kMaxBins);
  const double least = (span.last - span.first) / bins;
  return least > 0 ? round_step_up(least) : 1.0;
}

// Bins begin at multiples of the width, one of them at the crash.
std::vector<RecoveryBin> recovery_of(const Cell& cell, double crash_at_s, double width) {
  std::map<std::int64_t, RecoveryBin> bins;
  for (const Run* run : cell.runs) {
    for (const QueryRow& row : run->queries) {
      const auto number =
          static_cast<std::int64_t>(std::floor((row.asked_at_s - crash_at_s) / width));
      RecoveryBin& bin = bins[number];
      bin.from_s = static_cast<double>(number) * width;
      bin.to_s = static_cast<double>(number + 1) * width;
      ++bin.queries;
      bin.success += row.hits > 0 ? 1 : 0;
      bin.coverage += row.coverage();
    }
  }
  std::vector<RecoveryBin> result;
  for (auto& [number, bin] : bins) {
    bin.success /= static_cast<double>(bin.queries);
    bin.coverage /= static_cast<double>(bin.queries);
    result.push_back(bin);
  }
  return result;
}

}  // namespace

std::vector<double> sorted_load(const Run& run) {
  std::vector<double> loads;
  loads.reserve(run.loads.size());
  for (const NodeLoad& node : run.loads) loads.push_back(static_cast<double>(node.frames_in));
  std::sort(loads.begin(), loads.end());
  return loads;
}

LoadSummary load_of(const Cell& cell) {
  LoadSummary result;
  double runs = 0;
  for (const Run* run : cell.runs) {
    if (run->loads.empty()) continue;
    const std::vector<double> loads = sorted_load(*run);
    result.max = std::max(result.max, loads.back());
    result.mean += mean_of(loads);
    result.gini += gini(loads);
    ++runs;
  }
  if (runs > 0) {
    result.mean /= runs;
    result.gini /= runs;
  }
  return result;
}

std::vector<HopSummary> hops_of(const Cell& cell) {
  std::vector<HopCount> totals;
  std::uint64_t others = 0;  // whom the queries could have reached
  for (const Run* run : cell.runs) {
    if (totals.size() < run->hops.size()) totals.resize(run->hops.size());
    for (std::size_t hop = 0; hop < run->hops.size(); ++hop) {
      totals[hop].first += run->hops[hop].first;
      totals[hop].duplicates += run->hops[hop].duplicates;
    }
    for (const QueryRow& row : run->queries) others += row.alive > 0 ? row.alive - 1 : 0;
  }
  while (!totals.empty() && totals.back().first + totals.back().duplicates == 0) totals.pop_back();
  if (cell.queries == 0) return {};
  const auto queries = static_cast<double>(cell.queries);
  std::vector<HopSummary> result;
  std::uint64_t reached = 0;
  for (std::size_t hop = 1; hop < totals.size(); ++hop) {
    reached += totals[hop].first;
    result.push_back(
        {.hop = static_cast<std::uint32_t>(hop),
         .first = static_cast<double>(totals[hop].first) / queries,
         .duplicates = static_cast<double>(totals[hop].duplicates) / queries,
         .coverage = others > 0 ? static_cast<double>(reached) / static_cast<double>(others) : 0});
  }
  return result;
}

std::vector<DegreeSummary> degrees_of(const Cell& cell) {
  std::map<std::uint32_t, DegreeTotals> by_degree;
  for (const Run* run : cell.runs) {
    for (const NodeLoad& node : run->loads) {
      DegreeTotals& totals = by_degree[node.degree];
      ++totals.nodes;
      totals.frames_in += node.frames_in;
      totals.hits_in += node.hits_in;
    }
  }
  const bool one_by_one = by_degree.size() <= kMaxDegrees;
  std::vector<DegreeSummary> classes;
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  DegreeTotals totals;
  for (const auto& [degree, of_degree] : by_degree) {
    if (degree > high) {
      add_class(classes, low, high, totals);
      totals = {};
    }
    if (totals.nodes == 0) {
      low = degree;
      high = one_by_one ? degree : degree + degree / 4;
    }
    totals.nodes += of_degree.nodes;
    totals.frames_in += of_degree.frames_in;
    totals.hits_in += of_degree.hits_in;
  }
  add_class(classes, low, high, totals);
  return classes;
}

std::vector<TypeSummary> types_of(const Cell& cell) {
  std::vector<TypeSummary> types;
  for (const Run* run : cell.runs) {
    for (const TypeTraffic& traffic : run->traffic) {
      auto found = std::find_if(types.begin(), types.end(), [&](const TypeSummary& type) {
        return type.type == traffic.type;
      });
      if (found == types.end()) found = types.insert(found, {.type = traffic.type});
      found->frames += static_cast<double>(traffic.frames);
      found->bytes += static_cast<double>(traffic.bytes);
    }
  }
  const double queries = std::max<double>(1, static_cast<double>(cell.queries));
  for (TypeSummary& type : types) {
    type.frames /= queries;
    type.bytes /= queries;
  }
  return types;
}

void fill_recovery(std::vector<Cell>& cells, double crash_at_s) {
  const Span span = asked_span(cells, crash_at_s);
  if (!(span.first <= span.last)) return;
  const double width = bin_width(cells, span);
  for (Cell& cell : cells) cell.recovery = recovery_of(cell, crash_at_s, width);
}

}  // namespace freshet::bench
