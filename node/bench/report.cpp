#include "node/bench/report.h"

#include <algorithm>
#include <utility>

#include "node/bench/report/figures.h"
#include "node/bench/report/page.h"
#include "node/bench/report_overlay.h"
#include "node/bench/report_tables.h"
#include "node/bench/summary.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

using report::Figure;
using report::Page;
using report::ShownList;
using report::Sweep;

std::string counted(std::uint64_t count, const char* one, const char* many) {
  return grouped(count) + " " + (count == 1 ? one : many);
}

std::string lead_of(const RunSet& set, const Summary& summary) {
  std::string text = counted(summary.nodes, "node", "nodes") + ", "
                     + counted(summary.links, "link", "links") + ", TTL " + std::to_string(set.ttl)
                     + ". " + counted(summary.strategies.size(), "strategy", "strategies");
  if (summary.variants.size() > 1) {
    text += " under " + counted(summary.variants.size(), "variant", "variants");
  }
  text += " on " + counted(set.seeds.size(), "seed", "seeds") + ", ";
  if (!set.runs.empty()) {
    text += counted(set.runs.front().queries.size(), "query", "queries") + " a run, ";
  }
  text += set.runner == "testbed" ? "by real daemons" : "in the simulator";
  return text + ". freshet " + std::string(version()) + ".";
}

ShownList strategies_of(const Summary& summary, const Variant& variant) {
  ShownList shown;
  for (const Cell* cell : summary.of_variant(variant)) {
    shown.push_back({.name = std::string(to_string(cell->strategy)),
                     .look = report::look_of(cell->strategy),
                     .cell = cell});
  }
  return shown;
}

ShownList variants_of(const Summary& summary, core::StrategyId strategy) {
  const std::vector<const Cell*> cells = summary.of_strategy(strategy);
  ShownList shown;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    shown.push_back({.name = cells[i]->variant.name,
                     .look = report::look_in_order(i, cells.size()),
                     .cell = cells[i]});
  }
  return shown;
}

void add_comparison(Page& page, const ShownList& shown) {
  page.heading("Cost against success");
  page.figures({messages_against_success(shown), bytes_against_success(shown)});
  page.heading("Coverage");
  page.figures({coverage_by_hop(shown),
                coverage_by_cost(shown),
                duplicates_by_hop(shown),
                time_to_last_node(shown)});
  page.heading("First hit");
  page.figures({hops_to_first_hit(shown), time_to_first_hit(shown)});
  page.heading("Load and traffic");
  page.figures(
      {load_lorenz(shown), load_tail(shown), load_by_degree(shown), bytes_by_type(shown, "types")});
}

void add_sweep(Page& page, const Summary& summary) {
  std::vector<Sweep> sweeps;
  for (const auto strategy : summary.strategies) {
    sweeps.push_back({.name = std::string(to_string(strategy)),
                      .look = report::look_of(strategy),
                      .cells = summary.of_strategy(strategy)});
  }
  page.heading("The share that crashes");
  page.figures({success_by_crash(sweeps),
                coverage_by_crash(sweeps),
                messages_by_crash(sweeps),
                bytes_by_crash(sweeps)});
}

void add_recovery(Page& page, const Summary& summary) {
  page.heading("Recovery");
  std::vector<Figure> figures;
  if (summary.variants.size() == 1) {
    const ShownList shown = strategies_of(summary, summary.variants.front());
    figures = {success_recovery(shown, ""), coverage_recovery(shown, "")};
  } else {
    for (const auto strategy : summary.strategies) {
      const ShownList shown = variants_of(summary, strategy);
      const std::string what = ": " + std::string(to_string(strategy));
      figures.push_back(success_recovery(shown, what));
      figures.push_back(coverage_recovery(shown, what));
    }
  }
  page.figures(figures);
}

void add_origin(Page& page, const RunSet& set, const Host& host) {
  page.heading("How to repeat it");
  page.code(set.command);
  page.paragraph("The scenario:");
  page.code(set.scenario_text);
  page.raw(cost_table(set, host));
}

}  // namespace

std::string report_html(const RunSet& set, const Host& host, const RunSet* beside) {
  const Summary summary = summarise(set);
  Page page(set.scenario_name);
  page.lead(lead_of(set, summary));
  if (set.interrupted) page.note("Interrupted: this is what was done until then.");
  if (summary.cells.empty()) {
    page.note("There are no results.");
  } else {
    page.raw(strategy_table(summary));
    page.raw(latency_table(summary));
    const Variant& first = summary.variants.front();
    if (beside != nullptr) add_overlay(page, set, summary, *beside, first);
    const bool crashes_vary =
        std::any_of(summary.variants.begin(), summary.variants.end(), [&](const Variant& each) {
          return each.crash != first.crash;
        });
    if (crashes_vary) add_sweep(page, summary);
    if (set.crash_at_s) add_recovery(page, summary);
    if (summary.variants.size() > 1) {
      page.paragraph("The figures from here on are those of the first variant, " + first.name
                     + ".");
    }
    add_comparison(page, strategies_of(summary, first));
  }
  add_origin(page, set, host);
  return std::move(page).finish();
}

}  // namespace freshet::bench
