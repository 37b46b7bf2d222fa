#include "node/bench/report_tables.h"

#include "node/bench/report/html.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

using report::HtmlTable;

std::string of(const Estimate& estimate) {
  return with_interval(estimate.mean, estimate.ci95);
}

std::string of(const ShareEstimate& share) {
  std::string mean = fixed(share.mean * 100, 1);
  if (!share.ci95) return mean;
  return mean + " [" + fixed(share.ci95->low * 100, 1) + ", " + fixed(share.ci95->high * 100, 1)
         + "]";
}

std::string as_percent(const Estimate& estimate) {
  const std::optional<double> half =
      estimate.ci95 ? std::optional(*estimate.ci95 * 100) : std::nullopt;
  return with_interval(estimate.mean * 100, half);
}

std::string time_text(std::optional<double> ms) {
  return ms ? even(*ms) : "–";
}

// The columns that say which cell a row is about, and lines between variants.
HtmlTable table_of(const Summary& summary, std::vector<std::string> titles) {
  HtmlTable table;
  const bool with_variant = summary.variants.size() > 1;
  table.titles = {"Strategy"};
  if (with_variant) table.titles = {"Variant", "Strategy"};
  table.names = table.titles.size();
  table.titles.insert(table.titles.end(), titles.begin(), titles.end());
  for (std::size_t i = 0; i < summary.cells.size(); ++i) {
    const Cell& cell = summary.cells[i];
    const bool first = i == 0 || cell.variant != summary.cells[i - 1].variant;
    if (first && i > 0) table.rules.push_back(i);
    table.rows.emplace_back();
    if (with_variant) table.rows.back().push_back(first ? cell.variant.name : "");
    table.rows.back().emplace_back(to_string(cell.strategy));
  }
  return table;
}

void append(std::vector<std::string>& row, std::vector<std::string> cells) {
  row.insert(row.end(), cells.begin(), cells.end());
}

std::string bytes_against_flood(const Summary& summary, const Cell& cell) {
  const Cell* flood = summary.find(cell.variant, core::StrategyId::flood);
  if (flood == nullptr || flood->bytes.mean <= 0) return "–";
  return fixed(cell.bytes.mean / flood->bytes.mean, 3);
}

std::string interval_caption(const Summary& summary) {
  std::string text = "± is half the 95\u00A0% confidence interval of the mean (Student’s t over ";
  bool seeds = false;
  for (const Cell& cell : summary.cells) seeds = seeds || cell.over == IntervalOver::seeds;
  text += seeds ? "the means of the seeds" : "the queries of the one seed";
  return text + "); in brackets, that of success (Wilson"
         + (seeds ? "’s over all queries, or the seeds’ where that is wider)." : "’s).");
}

}  // namespace

std::string strategy_table(const Summary& summary) {
  const bool compares =
      !summary.variants.empty() && summary.strategies.size() > 1
      && summary.find(summary.variants.front(), core::StrategyId::flood) != nullptr;
  std::vector<std::string> titles = {
      "Queries", "Success (%)", "Coverage (%)", "Messages", "Duplicates", "Bytes", "Hits"};
  if (compares) titles.insert(titles.end() - 1, "Bytes ÷ flood’s");
  HtmlTable table = table_of(summary, titles);
  table.caption = "<b>Table 1. Cost and success</b>, means a query. "
                  + report::escape(interval_caption(summary));
  for (std::size_t i = 0; i < summary.cells.size(); ++i) {
    const Cell& cell = summary.cells[i];
    append(table.rows[i],
           {grouped(cell.queries) + (cell.complete ? "" : " (stopped)"),
            of(cell.success),
            as_percent(cell.coverage),
            of(cell.messages),
            of(cell.duplicates),
            of(cell.bytes)});
    if (compares) table.rows[i].push_back(bytes_against_flood(summary, cell));
    table.rows[i].push_back(of(cell.hits));
  }
  return report::to_html(table);
}

std::string latency_table(const Summary& summary) {
  HtmlTable table = table_of(summary,
                             {"p50 (ms)",
                              "p95 (ms)",
                              "p99 (ms)",
                              "p50 (hops)",
                              "p50 (ms)",
                              "p95 (ms)",
                              "p99 (ms)",
                              "max",
                              "mean",
                              "Gini"});
  table.groups = {{"", table.names}, {"First hit", 4}, {"Last node", 3}, {"Load", 3}};
  table.caption =
      "<b>Table 2. Time and load.</b> First hit: of the queries with a hit. Last node: when a "
      "query reached the last node that it reached. Load: frames but hits that a node received in "
      "a run.";
  for (std::size_t i = 0; i < summary.cells.size(); ++i) {
    const Cell& cell = summary.cells[i];
    append(table.rows[i],
           {time_text(cell.first_hit_ms.p50),
            time_text(cell.first_hit_ms.p95),
            time_text(cell.first_hit_ms.p99),
            or_dash(cell.first_hit_hops.p50),
            time_text(cell.last_reached_ms.p50),
            time_text(cell.last_reached_ms.p95),
            time_text(cell.last_reached_ms.p99),
            brief(cell.load.max),
            even(cell.load.mean),
            fixed(cell.load.gini, 3)});
  }
  return report::to_html(table);
}

std::string cost_table(const RunSet& set, const Host& host) {
  HtmlTable table;
  table.caption =
      "<b>What it cost.</b> This differs from run to run; nothing else does for equal "
      "seeds.";
  if (set.runner != "sim") table.caption = "<b>What it cost.</b>";
  table.names = 2;
  table.rows.push_back({"Machine", host.name + ", " + host.system});
  table.rows.push_back({"Processor",
                        host.cpu + ", " + std::to_string(host.cores) + " cores, "
                            + size_text(static_cast<double>(host.memory_bytes))});
  table.rows.push_back(
      {"Time", brief(set.wall_seconds) + " s, " + brief(set.cpu_seconds) + " s of processor time"});
  if (set.runner == "sim") {
    const auto deliveries = static_cast<double>(set.deliveries);
    std::string text = grouped(set.deliveries);
    if (set.cpu_seconds > 0)
      text += ", " + brief(deliveries / set.cpu_seconds) + " a processor second";
    table.rows.push_back({"Messages delivered", text});
    table.rows.push_back({"Memory at most", size_text(static_cast<double>(set.peak_rss_bytes))});
  }
  return report::to_html(table);
}

}  // namespace freshet::bench
