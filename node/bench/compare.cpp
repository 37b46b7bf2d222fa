#include "node/bench/compare.h"

#include <vector>

#include "node/bench/compare_input.h"
#include "node/bench/compare_tests.h"
#include "node/bench/json_parts.h"
#include "node/bench/tables.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench {
namespace {

constexpr double kSignificant = 0.05;

struct Comparison {
  std::string folder_a;
  std::string folder_b;
  std::string name_a;
  std::string name_b;
  std::vector<CellDifference> cells;
  std::vector<const ReadCell*> only_a;
  std::vector<const ReadCell*> only_b;
};

std::string name_of(const std::string& strategy, const std::string& variant) {
  return variant.empty() ? strategy : strategy + ", " + variant;
}

// More marks, less doubt.
std::string marks_of(const std::optional<double>& p) {
  if (!p || *p >= kSignificant) return "";
  return *p < 0.001 ? "***" : *p < 0.01 ? "**" : "*";
}

std::string change_of(const MetricDifference& metric) {
  const std::optional<double> change = metric.percent();
  if (!change) return "new";
  if (*change == 0) return "0 %";
  const std::string text = brief(*change);
  return (*change > 0 ? "+" : "") + text + " %";
}

void add_rows(TextTable& table, const CellDifference& cell) {
  std::string name = name_of(cell.strategy, cell.variant);
  for (const MetricDifference& metric : cell.metrics) {
    table.add({name,
               std::string(metric.metric),
               brief(metric.a),
               brief(metric.b),
               change_of(metric),
               metric.p ? p_value(*metric.p) : "–",
               marks_of(metric.p)});
    name.clear();
  }
}

std::string method_of(const std::vector<CellDifference>& cells) {
  bool paired = false;
  bool apart = false;
  for (const CellDifference& cell : cells) {
    paired = paired || (cell.paired && !cell.same);
    apart = apart || !cell.paired;
  }
  if (!paired && !apart) return "";
  std::string text;
  if (paired) {
    text +=
        "the same queries in both, compared one by one (t-test of the differences; McNemar for "
        "success)\n";
  }
  if (apart) {
    text += paired ? "where they differ: " : "";
    text += "Welch's t-test, over seeds where both have several; two proportions for success\n";
  }
  return text + "* p < 0.05, ** p < 0.01, *** p < 0.001; of 20 true equalities one gets a *\n";
}

// What differs in a table, and the rest by name.
std::string cells_text_of(const std::vector<CellDifference>& cells) {
  TextTable table({"strategy", "metric", "A", "B", "change", "p", ""}, 2);
  std::string same;
  bool any = false;
  for (const CellDifference& cell : cells) {
    if (cell.same) {
      same += "no difference: " + name_of(cell.strategy, cell.variant) + "\n";
    } else {
      add_rows(table, cell);
      any = true;
    }
  }
  return (any ? table.text() + "\n" + method_of(cells) : "") + same;
}

std::string text_of(const Comparison& comparison) {
  std::string text = "A  " + comparison.folder_a + "  (" + comparison.name_a + ")\nB  "
                     + comparison.folder_b + "  (" + comparison.name_b + ")\n\n";
  text += cells_text_of(comparison.cells);
  for (const ReadCell* cell : comparison.only_a) {
    text += "only in A: " + name_of(cell->strategy, cell->variant) + "\n";
  }
  for (const ReadCell* cell : comparison.only_b) {
    text += "only in B: " + name_of(cell->strategy, cell->variant) + "\n";
  }
  if (comparison.cells.empty()) text += "nothing is in both\n";
  return text;
}

Json json_of(const MetricDifference& metric) {
  return {{"metric", metric.metric},
          {"a", metric.a},
          {"b", metric.b},
          {"change_percent", or_null(metric.percent())},
          {"p", or_null(metric.p)},
          {"test", metric.p ? Json(metric.test) : Json(nullptr)},
          {"significant", metric.p && *metric.p < kSignificant}};
}

Json json_of(const CellDifference& cell) {
  Json json = {{"strategy", cell.strategy},
               {"variant", cell.variant},
               {"queries_a", cell.queries_a},
               {"queries_b", cell.queries_b},
               {"paired", cell.paired},
               {"same", cell.same},
               {"metrics", Json::array()}};
  for (const MetricDifference& metric : cell.metrics) json["metrics"].push_back(json_of(metric));
  return json;
}

Json names_of(const std::vector<const ReadCell*>& cells) {
  Json names = Json::array();
  for (const ReadCell* cell : cells) {
    names.push_back({{"strategy", cell->strategy}, {"variant", cell->variant}});
  }
  return names;
}

std::string json_text_of(const Comparison& comparison) {
  Json json = {{"schema", 1},
               {"a", comparison.folder_a},
               {"b", comparison.folder_b},
               {"strategies", Json::array()},
               {"only_in_a", names_of(comparison.only_a)},
               {"only_in_b", names_of(comparison.only_b)}};
  for (const CellDifference& cell : comparison.cells) json["strategies"].push_back(json_of(cell));
  // The names of folders may hold any bytes.
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace

Result<std::string> compare_folders(const std::string& a, const std::string& b, bool json) {
  const Result<ReadResults> in_a = read_results(a);
  if (!in_a) return in_a.error();
  const Result<ReadResults> in_b = read_results(b);
  if (!in_b) return in_b.error();
  Comparison comparison{.folder_a = a,
                        .folder_b = b,
                        .name_a = in_a->name,
                        .name_b = in_b->name,
                        .cells = {},
                        .only_a = {},
                        .only_b = {}};
  for (const ReadCell& cell : in_a->cells) {
    if (const ReadCell* other = in_b->find(cell)) {
      comparison.cells.push_back(difference_of(cell, *other));
    } else {
      comparison.only_a.push_back(&cell);
    }
  }
  for (const ReadCell& cell : in_b->cells) {
    if (in_a->find(cell) == nullptr) comparison.only_b.push_back(&cell);
  }
  return json ? json_text_of(comparison) : text_of(comparison);
}

}  // namespace freshet::bench
