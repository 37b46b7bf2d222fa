// Cost, coverage, load and traffic. Curves over time and shares are in figures_curves.cpp.
#include "node/bench/report/figures.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "node/bench/report/bars.h"
#include "node/bench/report/chart.h"
#include "node/bench/report/figures_parts.h"
#include "node/bench/summary_curves.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench::report {
namespace {

using CostOf = const Estimate& (*)(const Cell&);

Point cost_point(const Shown& shown, const Estimate& cost) {
  const Cell& cell = *shown.cell;
  Point point{.x = cost.mean,
              .y = percent_of(cell.success.mean),
              .x_interval = interval_of(cost),
              .y_interval = std::nullopt,
              .label = shown.name};
  if (cell.success.ci95) {
    point.y_interval = Interval{.low = percent_of(cell.success.ci95->low),
                                .high = percent_of(cell.success.ci95->high)};
  }
  return point;
}

// One series of one point each: all have their look, and their names beside them.
Chart cost_chart(const ShownList& shown, CostOf cost) {
  Chart chart;
  chart.y = {.title = "Queries with a hit (%)", .max = 100};
  chart.x.scale = Scale::automatic;
  chart.x.min = 0;
  for (const Shown& one : shown) {
    if (one.cell->queries == 0) continue;
    chart.series.push_back({.name = one.name,
                            .look = one.look,
                            .points = {cost_point(one, cost(*one.cell))},
                            .shape = Shape::points});
  }
  return chart;
}

using OfHop = double (*)(const HopSummary&);

Series hop_series(const Shown& shown, OfHop value) {
  Series series{.name = shown.name, .look = shown.look, .points = {}};
  for (const HopSummary& hop : shown.cell->hops) {
    Point point;
    point.x = hop.hop;
    point.y = percent_of(value(hop));
    point.label = shown.name + ", " + std::to_string(hop.hop) + " hops: " + brief(point.y) + " %";
    series.points.push_back(std::move(point));
  }
  return series;
}

Chart hop_chart(const ShownList& shown, OfHop value) {
  Chart chart;
  chart.x = {.title = "Links travelled (hops)", .min = 0, .whole = true};
  for (const Shown& one : shown) chart.series.push_back(hop_series(one, value));
  return chart;
}

// The share of all frames that the least loaded share of nodes receives, mean over runs.
Series lorenz_series(const Shown& shown) {
  static constexpr std::size_t kSteps = 50;
  std::array<double, kSteps + 1> sums{};
  double runs = 0;
  for (const Run* run : shown.cell->runs) {
    const std::vector<double> loads = sorted_load(*run);
    const double total = mean_of(loads) * static_cast<double>(loads.size());
    if (total <= 0) continue;
    ++runs;
    double below = 0;
    std::size_t node = 0;
    for (std::size_t i = 1; i <= kSteps; ++i) {
      for (; node < loads.size() * i / kSteps; ++node) below += loads[node];
      sums[i] += below / total;
    }
  }
  Series series{.name = shown.name + " (Gini " + fixed(shown.cell->load.gini, 2) + ")",
                .look = shown.look,
                .points = {}};
  for (std::size_t i = 0; runs > 0 && i <= kSteps; ++i) {
    Point point;
    point.x = 100.0 * static_cast<double>(i) / kSteps;
    point.y = percent_of(sums[i] / runs);
    point.label = shown.name + ": the least loaded " + brief(point.x) + " % of nodes receive "
                  + fixed(point.y, 1) + " % of the frames";
    series.points.push_back(std::move(point));
  }
  return series;
}

Series degree_series(const Shown& shown) {
  Series series{.name = shown.name, .look = shown.look, .points = {}};
  const double runs = std::max<double>(1, static_cast<double>(shown.cell->runs.size()));
  const double queries = std::max(1.0, static_cast<double>(shown.cell->queries) / runs);
  for (const DegreeSummary& degree : shown.cell->degrees) {
    Point point;
    point.x = (degree.low + degree.high) / 2.0;
    point.y = degree.frames_in / queries;
    point.label = shown.name + ", " + grouped(degree.nodes) + " nodes of degree "
                  + std::to_string(degree.low)
                  + (degree.high > degree.low ? "–" + std::to_string(degree.high) : "") + ": "
                  + brief(point.y);
    series.points.push_back(std::move(point));
  }
  return series;
}

// The share of nodes that receive so many frames a query or more, over all runs.
Series tail_series(const Shown& shown) {
  static constexpr std::size_t kSteps = 120;
  std::vector<double> loads;  // a query
  for (const Run* run : shown.cell->runs) {
    const double queries = std::max<double>(1, static_cast<double>(run->queries.size()));
    for (const NodeLoad& node : run->loads) {
      loads.push_back(static_cast<double>(node.frames_in) / queries);
    }
  }
  std::sort(loads.begin(), loads.end());
  Series series{.name = shown.name, .look = shown.look, .points = {}, .shape = Shape::steps};
  const std::size_t count = loads.size();
  // Of many nodes, at even distances on a logarithmic axis of shares, down to the last.
  for (std::size_t i = 0; i <= kSteps && count > 0; ++i) {
    const double left = std::pow(static_cast<double>(count), 1.0 - static_cast<double>(i) / kSteps);
    const auto from = count - static_cast<std::size_t>(std::lround(left));
    Point point;
    point.x = loads[std::min(from, count - 1)];
    point.y = percent_of(static_cast<double>(count - from) / static_cast<double>(count));
    point.label =
        shown.name + ": " + brief(point.y) + " % of nodes receive " + brief(point.x) + " or more";
    if (point.x <= 0) continue;  // everyone has that much
    if (series.points.empty() || point.y < series.points.back().y) series.points.push_back(point);
  }
  return series;
}

double bytes_of(const Cell& cell) {
  double total = 0;
  for (const TypeSummary& type : cell.types) total += type.bytes;
  return total;
}

constexpr const char* kOther = "other";

// Of one strategy's bytes; types that never have so much are shown together.
constexpr double kLeastShare = 0.01;

std::vector<std::string> type_names(const ShownList& shown) {
  std::vector<std::string> names;
  bool others = false;
  for (const Shown& one : shown) {
    const double total = bytes_of(*one.cell);
    for (const TypeSummary& type : one.cell->types) {
      const bool known = std::find(names.begin(), names.end(), type.type) != names.end();
      if (known || type.bytes <= 0) continue;
      if (type.bytes >= kLeastShare * total && type.type != kOther) {
        names.push_back(type.type);
      } else {
        others = true;
      }
    }
  }
  std::stable_sort(names.begin(), names.end(), [](const auto& a, const auto& b) {
    return fill_rank(a) < fill_rank(b);
  });
  if (others) names.emplace_back(kOther);
  return names;
}

Bar type_bar(const Shown& shown, const std::vector<std::string>& names) {
  Bar bar{.name = shown.name,
          .values = std::vector<double>(names.size()),
          .total = size_text(bytes_of(*shown.cell))};
  for (const TypeSummary& type : shown.cell->types) {
    if (type.bytes <= 0) continue;
    const auto found = std::find(names.begin(), names.end(), type.type);
    const auto part = found == names.end() ? names.end() - 1 : found;
    bar.values[static_cast<std::size_t>(part - names.begin())] += type.bytes;
  }
  return bar;
}

constexpr std::string_view kErrorBars = " Bars are 95\u00A0% confidence intervals.";

}  // namespace

Figure messages_against_success(const ShownList& shown) {
  Chart chart =
      cost_chart(shown, [](const Cell& cell) -> const Estimate& { return cell.messages; });
  chart.x.title = "Messages per query";
  return made("Success against messages",
              "Further up and to the left is better. Messages are all frames that a query causes, "
              "announcements, grafts, prunes and check-backs included; hits are not."
                  + std::string(kErrorBars),
              chart);
}

Figure bytes_against_success(const ShownList& shown) {
  Chart chart = cost_chart(shown, [](const Cell& cell) -> const Estimate& { return cell.bytes; });
  chart.x.title = "Traffic per query";
  chart.x.bytes = true;
  return made(
      "Success against bytes",
      "Bytes of these messages and the query's share of route tables." + std::string(kErrorBars),
      chart);
}

Figure coverage_by_hop(const ShownList& shown) {
  Chart chart = hop_chart(shown, [](const HopSummary& hop) { return hop.coverage; });
  for (Series& series : chart.series) {
    if (!series.points.empty()) series.points.insert(series.points.begin(), Point{});
  }
  chart.y = {.title = "Live nodes reached (%)", .min = 0, .max = 100};
  return made("Coverage by hops",
              "Share of the live nodes that a query reached over so many links or fewer: what a "
              "TTL buys. Mean over queries.",
              chart);
}

Figure coverage_by_cost(const ShownList& shown) {
  Chart chart;
  chart.x = {.title = "Query frames spent", .scale = Scale::automatic, .min = 0};
  chart.y = {.title = "Live nodes reached (%)", .min = 0, .max = 100};
  for (const Shown& one : shown) {
    Series series{.name = one.name, .look = one.look, .points = {}};
    double frames = 0;
    for (const HopSummary& hop : one.cell->hops) {
      frames += hop.first + hop.duplicates;
      Point point;
      point.x = frames;
      point.y = percent_of(hop.coverage);
      point.label = one.name + ", " + std::to_string(hop.hop) + " hops: " + brief(frames)
                    + " frames, " + brief(point.y) + " %";
      series.points.push_back(std::move(point));
    }
    chart.series.push_back(std::move(series));
  }
  return made("What one more hop costs",
              "Each marker is one more hop: Query frames received up to there against coverage. "
              "The steeper, the more new nodes a message finds.",
              chart);
}

Figure duplicates_by_hop(const ShownList& shown) {
  Chart chart = hop_chart(shown, [](const HopSummary& hop) { return hop.duplicate_ratio(); });
  chart.x.min = 1;
  chart.y = {.title = "Duplicates (%)", .min = 0, .max = 100};
  return made("Duplicates by hops",
              "Of the Query frames that arrived after so many links, the share that found their "
              "node reached already.",
              chart);
}

Figure load_lorenz(const ShownList& shown) {
  Chart chart;
  chart.x = {.title = "Nodes, from the least loaded on (%)", .min = 0, .max = 100};
  chart.y = {.title = "Frames received (%)", .min = 0, .max = 100};
  for (const Shown& one : shown) chart.series.push_back(lorenz_series(one));
  Series equal{
      .name = "all equal", .look = {.colour = "#999", .dash = "1 3", .marker = ""}, .points = {}};
  equal.points = {Point{}, Point{}};
  equal.points[1].x = equal.points[1].y = 100;
  chart.series.push_back(std::move(equal));
  return made("Who carries the load",
              "Lorenz curves: the share of all frames that the least loaded nodes receive "
              "together. The deeper a curve sags, the more a few nodes carry (Gini 0: all alike).",
              chart);
}

Figure load_tail(const ShownList& shown) {
  Chart chart;
  chart.x = {.title = "Frames received per query", .scale = Scale::automatic, .min = 0};
  chart.y = {.title = "Nodes with so many or more (%)", .scale = Scale::automatic};
  for (const Shown& one : shown) chart.series.push_back(tail_series(one));
  return made("How heavy the heaviest load is",
              "Share of nodes that receive so many frames (all but hits) for one query or more, "
              "on average over a run.",
              chart);
}

Figure load_by_degree(const ShownList& shown) {
  Chart chart;
  chart.x = {.title = "Links of a node (degree)", .scale = Scale::automatic, .whole = true};
  chart.y = {.title = "Frames received per node and query", .scale = Scale::automatic, .min = 0};
  for (const Shown& one : shown) chart.series.push_back(degree_series(one));
  return made("Load by degree",
              "Mean number of frames (all but hits) that a node of such a degree receives for one "
              "query.",
              chart);
}

Figure bytes_by_type(const ShownList& shown, const std::string& id) {
  BarChart chart;
  const std::vector<std::string> names = type_names(shown);
  for (const std::string& name : names)
    chart.parts.push_back({.name = name, .fill = fill_of(name)});
  for (const Shown& one : shown) chart.bars.push_back(type_bar(one, names));
  chart.id = id;
  chart.x.title = "Traffic of all links per query";
  chart.x.bytes = true;
  chart.label = "Bytes by type of frame";
  return {.title = chart.label,
          .caption =
              "All traffic of the mesh divided by the number of queries: hits, and what "
              "runs without a query (pings), too.",
          .svg = draw(chart)};
}

}  // namespace freshet::bench::report
