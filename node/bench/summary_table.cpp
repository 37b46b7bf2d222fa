// The table that a terminal shows.
#include "node/bench/summary.h"
#include "node/bench/tables.h"
#include "node/bench/tables_numbers.h"
#include "node/bench/write_results.h"

namespace freshet::bench {
namespace {

std::string of(const Estimate& estimate) {
  return with_interval(estimate.mean, estimate.ci95);
}

std::vector<std::string> cells_of(const Cell& cell, bool with_variant) {
  std::vector<std::string> cells;
  if (with_variant) cells.push_back(cell.variant.name);
  cells.emplace_back(to_string(cell.strategy));
  cells.push_back(grouped(cell.queries) + (cell.complete ? "" : " (stopped)"));
  cells.push_back(percent(cell.success.mean));
  cells.push_back(percent(cell.coverage.mean));
  cells.push_back(of(cell.messages));
  cells.push_back(of(cell.duplicates));
  cells.push_back(of(cell.bytes));
  cells.push_back(of(cell.hits));
  cells.push_back(or_dash(cell.first_hit_ms.p50));
  cells.push_back(or_dash(cell.first_hit_ms.p95));
  return cells;
}

}  // namespace

std::string summary_table(const RunSet& set) {
  const Summary summary = summarise(set);
  const bool with_variant = summary.variants.size() > 1;
  std::vector<std::string> titles = {"strategy",
                                     "queries",
                                     "success",
                                     "coverage",
                                     "messages",
                                     "duplicates",
                                     "bytes",
                                     "hits",
                                     "first hit p50 ms",
                                     "p95 ms"};
  if (with_variant) titles.insert(titles.begin(), "variant");
  TextTable table(titles, with_variant ? 2 : 1);
  bool over_seeds = false;
  for (const Cell& cell : summary.cells) {
    table.add(cells_of(cell, with_variant));
    over_seeds = over_seeds || cell.over == IntervalOver::seeds;
  }
  return table.text() + "means a query, ± half the 95 % confidence interval over "
         + (over_seeds ? "seeds" : "queries") + "\n";
}

}  // namespace freshet::bench
