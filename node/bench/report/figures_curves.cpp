// Curves over time and over shares: first hits, recovery, sweeps.
#include <algorithm>
#include <cmath>

#include "node/bench/report/chart.h"
#include "node/bench/report/figures.h"
#include "node/bench/report/figures_parts.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench::report {
namespace {

// The share of `queries` with a value up to each of `sorted`, thinned to what paper resolves.
Series distribution(const Shown& shown, const std::vector<double>& sorted) {
  static constexpr std::size_t kMaxPoints = 300;
  Series series{.name = shown.name, .look = shown.look, .points = {}};
  const auto queries = static_cast<double>(shown.cell->queries);
  const std::size_t every = 1 + sorted.size() / kMaxPoints;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    const bool last = i + 1 == sorted.size();
    const bool last_of_value = last || sorted[i + 1] > sorted[i];
    if (!last_of_value || (!last && i % every != 0 && every > 1)) continue;
    Point point;
    point.x = sorted[i];
    point.y = percent_of(static_cast<double>(i + 1) / queries);
    point.label = shown.name + ": " + percent(static_cast<double>(i + 1) / queries) + " within "
                  + brief(point.x) + " ms";
    series.points.push_back(std::move(point));
  }
  return series;
}

// The same by whole numbers of hops, from 0 to the last, those that add nothing included.
Series hop_distribution(const Shown& shown) {
  Series series{.name = shown.name, .look = shown.look, .points = {}};
  const std::vector<double> sorted = first_hit_hops(*shown.cell);
  if (sorted.empty()) return series;
  const auto last = static_cast<std::uint32_t>(sorted.back());
  for (std::uint32_t hop = 0; hop <= last; ++hop) {
    const auto within =
        std::upper_bound(sorted.begin(), sorted.end(), static_cast<double>(hop)) - sorted.begin();
    const double share = static_cast<double>(within) / static_cast<double>(shown.cell->queries);
    Point point;
    point.x = hop;
    point.y = percent_of(share);
    point.label = shown.name + ": " + percent(share) + " within " + std::to_string(hop) + " hops";
    point.marked = hop > 0;
    series.points.push_back(std::move(point));
  }
  return series;
}

// Curves begin on the ground, and those that end early go on to the right at their height.
void complete(Chart& chart) {
  double end = 0;
  for (const Series& series : chart.series) {
    if (!series.points.empty()) end = std::max(end, series.points.back().x);
  }
  for (Series& series : chart.series) {
    if (series.points.empty()) continue;
    Point ground;
    ground.x = series.points.front().x;
    ground.marked = false;
    Point last;
    last.x = end;
    last.y = series.points.back().y;
    last.marked = false;
    series.points.insert(series.points.begin(), ground);
    series.points.push_back(last);
  }
}

using Sorted = std::vector<double> (*)(const Cell&);

// Along time.
Chart time_chart(const ShownList& shown, Sorted values) {
  Chart chart;
  chart.x.scale = Scale::automatic;
  chart.x.min = 0;
  chart.y = {.title = "Queries (%)", .min = 0, .max = 100};
  for (const Shown& one : shown) {
    chart.series.push_back(distribution(one, values(*one.cell)));
    chart.series.back().shape = Shape::steps;
  }
  complete(chart);
  return chart;
}

using OfBin = double (*)(const RecoveryBin&);

Chart recovery_chart(const ShownList& shown, OfBin value) {
  Chart chart;
  chart.x = {.title = "Time since the crash (s)"};
  chart.marks = {{.x = 0, .label = "crash"}};
  for (const Shown& one : shown) {
    Series series{.name = one.name, .look = one.look, .points = {}};
    for (const RecoveryBin& bin : one.cell->recovery) {
      Point point;
      point.x = (bin.from_s + bin.to_s) / 2;
      point.y = percent_of(value(bin));
      point.label = one.name + ", " + brief(bin.from_s) + " to " + brief(bin.to_s)
                    + " s: " + brief(point.y) + " % of " + grouped(bin.queries) + " queries";
      series.points.push_back(std::move(point));
    }
    chart.series.push_back(std::move(series));
  }
  return chart;
}

using OfCell = Point (*)(const Cell&);

Chart sweep_chart(const std::vector<Sweep>& sweeps, OfCell value) {
  Chart chart;
  chart.x = {.title = "Nodes that crash at once (%)", .min = 0, .max = 100};
  for (const Sweep& sweep : sweeps) {
    Series series{.name = sweep.name, .look = sweep.look, .points = {}};
    for (const Cell* cell : sweep.cells) {
      if (cell->queries == 0) continue;
      Point point = value(*cell);
      point.x = percent_of(cell->variant.crash);
      point.label = sweep.name + ", " + brief(point.x) + " %: " + brief(point.y);
      series.points.push_back(std::move(point));
    }
    std::sort(series.points.begin(), series.points.end(), [](const Point& a, const Point& b) {
      return a.x < b.x;
    });
    chart.series.push_back(std::move(series));
  }
  return chart;
}

Point cost_point(const Estimate& cost) {
  Point point;
  point.y = cost.mean;
  point.y_interval = interval_of(cost);
  return point;
}

}  // namespace

Figure hops_to_first_hit(const ShownList& shown) {
  Chart chart;
  chart.x = {.title = "Hops to the first hit", .min = 0, .whole = true};
  chart.y = {.title = "Queries answered (%)", .min = 0, .max = 100};
  for (const Shown& one : shown) {
    chart.series.push_back(hop_distribution(one));
  }
  return made("How far the first hit is",
              "Share of all queries whose first hit came from so many links away or fewer. A "
              "curve ends at the success rate.",
              chart);
}

Figure time_to_first_hit(const ShownList& shown) {
  Chart chart = time_chart(shown, first_hit_times_ms);
  chart.x.title = "Time to the first hit (ms)";
  chart.y.title = "Queries answered (%)";
  return made("How long the first hit takes",
              "Share of all queries that had their first hit within this time. Further up and to "
              "the left is better.",
              chart);
}

Figure time_to_last_node(const ShownList& shown) {
  Chart chart = time_chart(shown, last_reached_times_ms);
  chart.x.title = "Time to the last node reached (ms)";
  return made("How long a query spreads",
              "Share of all queries that had reached every node that they ever reached within "
              "this time.",
              chart);
}

Figure success_recovery(const ShownList& shown, const std::string& what) {
  Chart chart = recovery_chart(shown, [](const RecoveryBin& bin) { return bin.success; });
  chart.y = {.title = "Queries with a hit (%)", .min = 0, .max = 100};
  return made("Success after the crash" + what,
              "Queries by the time at which they were asked; each marker or bend is a span of "
              "time, over all seeds.",
              chart);
}

Figure coverage_recovery(const ShownList& shown, const std::string& what) {
  Chart chart = recovery_chart(shown, [](const RecoveryBin& bin) { return bin.coverage; });
  chart.y = {.title = "Live nodes reached (%)", .min = 0, .max = 100};
  return made(
      "Coverage after the crash" + what,
      "Share of the nodes alive at that time that a query reached, by the time at which it was "
      "asked.",
      chart);
}

Figure success_by_crash(const std::vector<Sweep>& sweeps) {
  Chart chart = sweep_chart(sweeps, [](const Cell& cell) {
    const ShareEstimate& success = cell.after_crash ? cell.after_crash->success : cell.success;
    Point point;
    point.y = percent_of(success.mean);
    if (success.ci95) {
      point.y_interval =
          Interval{.low = percent_of(success.ci95->low), .high = percent_of(success.ci95->high)};
    }
    return point;
  });
  chart.y = {.title = "Queries with a hit (%)", .min = 0, .max = 100};
  return made("Success by share crashed",
              "Of the queries asked after the crash. Bars are 95\u00A0% confidence intervals.",
              chart);
}

Figure coverage_by_crash(const std::vector<Sweep>& sweeps) {
  Chart chart = sweep_chart(sweeps, [](const Cell& cell) {
    const Estimate& coverage = cell.after_crash ? cell.after_crash->coverage : cell.coverage;
    Point point;
    point.y = percent_of(coverage.mean);
    if (const auto interval = interval_of(coverage)) {
      point.y_interval = Interval{.low = std::max(0.0, percent_of(interval->low)),
                                  .high = std::min(100.0, percent_of(interval->high))};
    }
    return point;
  });
  chart.y = {.title = "Live nodes reached (%)", .min = 0, .max = 100};
  return made("Coverage by share crashed",
              "Share of the nodes alive that a query asked after the crash reached. Bars are "
              "95\u00A0% confidence intervals.",
              chart);
}

Figure messages_by_crash(const std::vector<Sweep>& sweeps) {
  Chart chart = sweep_chart(sweeps, [](const Cell& cell) { return cost_point(cell.messages); });
  chart.y = {.title = "Messages per query", .scale = Scale::automatic, .min = 0};
  return made("Messages by share crashed",
              "Mean of all queries of a run, those before the crash included.",
              chart);
}

Figure bytes_by_crash(const std::vector<Sweep>& sweeps) {
  Chart chart = sweep_chart(sweeps, [](const Cell& cell) { return cost_point(cell.bytes); });
  chart.y = {.title = "Traffic per query", .scale = Scale::automatic, .min = 0, .bytes = true};
  return made("Bytes by share crashed",
              "Bytes of these messages and the queries' share of route tables.",
              chart);
}

}  // namespace freshet::bench::report
