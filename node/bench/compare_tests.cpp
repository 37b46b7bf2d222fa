#include "node/bench/compare_tests.h"

#include <algorithm>
#include <array>

#include "node/bench/stats.h"

namespace freshet::bench {
namespace {

// nullopt: a query has none.
using Value = std::optional<double> (*)(const ReadQuery&);

struct Metric {
  std::string_view name;
  Value value;
};

constexpr std::array<Metric, 8> kMetrics = {{
    {"messages",
     [](const ReadQuery& q) {
       return std::optional(q.messages);
     }},
    {"query_frames",
     [](const ReadQuery& q) {
       return std::optional(q.query_frames);
     }},
    {"duplicates",
     [](const ReadQuery& q) {
       return std::optional(q.duplicates);
     }},
    {"bytes",
     [](const ReadQuery& q) {
       return std::optional(q.bytes);
     }},
    {"reached",
     [](const ReadQuery& q) {
       return std::optional(q.reached);
     }},
    {"coverage",
     [](const ReadQuery& q) {
       return std::optional(q.coverage);
     }},
    {"hits",
     [](const ReadQuery& q) {
       return std::optional(q.hits);
     }},
    {"first_hit_ms",
     [](const ReadQuery& q) {
       return q.first_hit_ms;
     }},
}};

bool succeeded(const ReadQuery& query) {
  return query.hits > 0;
}

bool are_paired(const ReadCell& a, const ReadCell& b) {
  return std::equal(a.queries.begin(),
                    a.queries.end(),
                    b.queries.begin(),
                    b.queries.end(),
                    [](const ReadQuery& x, const ReadQuery& y) { return x.key() == y.key(); });
}

std::vector<double> values_of(const ReadCell& cell, Value value) {
  std::vector<double> values;
  for (const ReadQuery& query : cell.queries) {
    if (const auto found = value(query)) values.push_back(*found);
  }
  return values;
}

std::vector<double> means_by_seed(const ReadCell& cell, Value value) {
  std::vector<double> means;
  std::vector<double> of_seed;
  for (std::size_t i = 0; i < cell.queries.size(); ++i) {
    if (const auto found = value(cell.queries[i])) of_seed.push_back(*found);
    const bool last = i + 1 == cell.queries.size();
    if (!last && cell.queries[i + 1].seed == cell.queries[i].seed) continue;
    if (!of_seed.empty()) means.push_back(mean_of(of_seed));
    of_seed.clear();
  }
  return means;
}

void test_pairs(const ReadCell& a, const ReadCell& b, Value value, MetricDifference& metric) {
  std::vector<double> differences;
  for (std::size_t i = 0; i < a.queries.size(); ++i) {
    const auto in_a = value(a.queries[i]);
    const auto in_b = value(b.queries[i]);
    if (in_a && in_b) differences.push_back(*in_b - *in_a);
  }
  metric.p = paired_p(differences);
  metric.test = "paired t";
}

void test_apart(const ReadCell& a, const ReadCell& b, Value value, MetricDifference& metric) {
  const std::vector<double> seeds_a = means_by_seed(a, value);
  const std::vector<double> seeds_b = means_by_seed(b, value);
  if (seeds_a.size() > 1 && seeds_b.size() > 1) {
    metric.p = welch_p(seeds_a, seeds_b);
    metric.test = "Welch over seeds";
  } else {
    metric.p = welch_p(values_of(a, value), values_of(b, value));
    metric.test = "Welch over queries";
  }
}

MetricDifference difference_in(const Metric& of,
                               const ReadCell& a,
                               const ReadCell& b,
                               bool paired) {
  MetricDifference metric;
  metric.metric = of.name;
  metric.a = mean_of(values_of(a, of.value));
  metric.b = mean_of(values_of(b, of.value));
  if (paired) {
    test_pairs(a, b, of.value, metric);
  } else {
    test_apart(a, b, of.value, metric);
  }
  return metric;
}

Share successes_of(const ReadCell& cell) {
  const auto count = std::count_if(cell.queries.begin(), cell.queries.end(), succeeded);
  return {.successes = static_cast<std::uint64_t>(count), .trials = cell.queries.size()};
}

double mean_of(const Share& share) {
  return share.trials > 0 ? static_cast<double>(share.successes) / static_cast<double>(share.trials)
                          : 0.0;
}

MetricDifference difference_in_success(const ReadCell& a, const ReadCell& b, bool paired) {
  const Share share_a = successes_of(a);
  const Share share_b = successes_of(b);
  MetricDifference metric;
  metric.metric = "success";
  metric.a = mean_of(share_a);
  metric.b = mean_of(share_b);
  metric.p = two_proportion_p(share_a, share_b);
  metric.test = "two proportions";
  if (!paired || a.queries.empty()) return metric;
  std::uint64_t only_a = 0;
  std::uint64_t only_b = 0;
  for (std::size_t i = 0; i < a.queries.size(); ++i) {
    const bool in_a = succeeded(a.queries[i]);
    const bool in_b = succeeded(b.queries[i]);
    only_a += in_a && !in_b ? 1 : 0;
    only_b += in_b && !in_a ? 1 : 0;
  }
  metric.p = mcnemar_p(only_a, only_b);
  metric.test = "McNemar";
  return metric;
}

MetricDifference untested(std::string_view name, double a, double b) {
  MetricDifference metric;
  metric.metric = name;
  metric.a = a;
  metric.b = b;
  return metric;
}

}  // namespace

std::optional<double> MetricDifference::percent() const {
  if (a == b) return 0;
  if (a == 0) return std::nullopt;
  return (b - a) / a * 100;
}

CellDifference difference_of(const ReadCell& a, const ReadCell& b) {
  CellDifference cell{.variant = a.variant,
                      .strategy = a.strategy,
                      .queries_a = a.queries.size(),
                      .queries_b = b.queries.size(),
                      .paired = are_paired(a, b),
                      .same = a.queries == b.queries,
                      .metrics = {}};
  cell.metrics.push_back(difference_in_success(a, b, cell.paired));
  for (const Metric& metric : kMetrics) {
    cell.metrics.push_back(difference_in(metric, a, b, cell.paired));
  }
  for (MetricDifference& metric : cell.metrics) {
    if (!metric.p) metric.test = "";
  }
  cell.metrics.push_back(untested("load_max", a.load_max, b.load_max));
  cell.metrics.push_back(untested("load_gini", a.load_gini, b.load_gini));
  return cell;
}

}  // namespace freshet::bench
