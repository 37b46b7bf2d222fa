#include "node/bench/report_overlay.h"

#include <array>
#include <cmath>
#include <functional>
#include <string>

#include "node/bench/report/html.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

using report::HtmlTable;
using report::ShownList;

std::string name_of_runner(const RunSet& set) {
  return set.runner == "testbed" ? "testbed" : "simulator";
}

struct Metric {
  const char* name;
  std::function<std::optional<double>(const Cell&)> mean;
  std::function<std::optional<double>(const Cell&)> half;  ///< of the interval
};

Metric metric_of(const char* name, Estimate Cell::*member) {
  return {.name = name,
          .mean = [member](const Cell& cell) { return std::optional((cell.*member).mean); },
          .half =
              [member](const Cell& cell) {
                return (cell.*member).ci95;
              }};
}

Metric percentile_of(const char* name, std::optional<double> Percentiles::*which) {
  return {.name = name,
          .mean = [which](const Cell& cell) { return cell.first_hit_ms.*which; },
          .half =
              [](const Cell&) {
                return std::optional<double>();
              }};
}

std::vector<Metric> metrics() {
  return {metric_of("Messages", &Cell::messages),
          metric_of("Duplicates", &Cell::duplicates),
          metric_of("Bytes", &Cell::bytes),
          metric_of("Reached", &Cell::reached),
          metric_of("Coverage", &Cell::coverage),
          metric_of("Hits", &Cell::hits),
          {.name = "Success",
           .mean = [](const Cell& cell) { return std::optional(cell.success.mean); },
           .half =
               [](const Cell&) {
                 return std::optional<double>();
               }},
          percentile_of("First hit p50, ms", &Percentiles::p50),
          percentile_of("First hit p95, ms", &Percentiles::p95),
          {.name = "Load, most",
           .mean = [](const Cell& cell) { return std::optional(cell.load.max); },
           .half =
               [](const Cell&) {
                 return std::optional<double>();
               }}};
}

std::string shown(const Metric& metric, const Cell& cell) {
  const auto mean = metric.mean(cell);
  return mean ? with_interval(*mean, metric.half(cell)) : "–";
}

std::string deviation(const Metric& metric, const Cell& own, const Cell& other) {
  const auto mine = metric.mean(own);
  const auto theirs = metric.mean(other);
  if (!mine || !theirs) return "–";
  if (*mine == *theirs) return "none";
  if (*theirs == 0) return "–";
  const double share = (*mine - *theirs) / *theirs;
  const std::string sign = share > 0 ? "+" : "−";
  if (std::abs(share) < 1e-5) return sign + "< 0.001 %";
  return sign + fixed(std::abs(share) * 100, std::abs(share) < 0.001 ? 3 : 2) + " %";
}

/// Whether the confidence intervals have a value in common.
std::string intervals(const Metric& metric, const Cell& own, const Cell& other) {
  const auto mine = metric.mean(own);
  const auto theirs = metric.mean(other);
  if (!mine || !theirs) return "–";
  if (*mine == *theirs) return "equal";
  const auto half = metric.half(own);
  const auto other_half = metric.half(other);
  if (!half || !other_half) return "–";
  return std::abs(*mine - *theirs) <= *half + *other_half ? "overlap" : "apart";
}

HtmlTable table_of(const RunSet& set,
                   const Summary& own,
                   const RunSet& other,
                   const Summary& theirs,
                   const Variant& variant) {
  HtmlTable table;
  table.names = 2;
  table.titles = {"Strategy",
                  "A query's …",
                  name_of_runner(set),
                  name_of_runner(other),
                  "Deviation",
                  "95 % intervals"};
  table.caption = "<b>Table 3. The " + name_of_runner(set) + " beside the " + name_of_runner(other)
                  + "</b>, means a query ± half the 95 % confidence interval. Deviation: of the "
                  + name_of_runner(set) + " from the " + name_of_runner(other)
                  + ". In the figures, the " + name_of_runner(set)
                  + " has solid lines and filled markers, the " + name_of_runner(other)
                  + " dotted lines and hollow ones.";
  for (const Cell* cell : own.of_variant(variant)) {
    const Cell* beside = theirs.find(variant, cell->strategy);
    if (beside == nullptr) continue;
    if (!table.rows.empty()) table.rules.push_back(table.rows.size());
    bool is_first = true;
    for (const Metric& metric : metrics()) {
      table.rows.push_back({is_first ? std::string(to_string(cell->strategy)) : "",
                            metric.name,
                            shown(metric, *cell),
                            shown(metric, *beside),
                            deviation(metric, *cell, *beside),
                            intervals(metric, *cell, *beside)});
      is_first = false;
    }
  }
  return table;
}

}  // namespace

void add_overlay(report::Page& page,
                 const RunSet& set,
                 const Summary& own,
                 const RunSet& other,
                 const Variant& variant) {
  const Summary theirs = summarise(other);
  const HtmlTable table = table_of(set, own, other, theirs, variant);
  page.heading("Beside the " + name_of_runner(other));
  if (table.rows.empty()) {
    page.note("The other results have no strategy in common with these.");
    return;
  }
  page.raw(to_html(table));
  ShownList both;
  for (const Cell* cell : own.of_variant(variant)) {
    const Cell* beside = theirs.find(variant, cell->strategy);
    if (beside == nullptr) continue;
    const std::string name(to_string(cell->strategy));
    report::LineLook look = report::look_of(cell->strategy);
    look.dash = "";
    look.filled = true;
    both.push_back({.name = name + ", " + name_of_runner(set), .look = look, .cell = cell});
    look = report::look_beside(look);
    both.push_back({.name = name + ", " + name_of_runner(other), .look = look, .cell = beside});
  }
  page.figures({messages_against_success(both),
                time_to_first_hit(both),
                time_to_last_node(both),
                load_lorenz(both)});
}

}  // namespace freshet::bench
