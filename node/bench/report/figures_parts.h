// What the figures share.
#pragma once

#include <optional>
#include <string>

#include "node/bench/report/chart.h"
#include "node/bench/report/figures.h"

namespace freshet::bench::report {

inline double percent_of(double share) {
  return share * 100;
}

inline std::optional<Interval> interval_of(const Estimate& estimate) {
  if (!estimate.ci95) return std::nullopt;
  return Interval{.low = estimate.mean - *estimate.ci95, .high = estimate.mean + *estimate.ci95};
}

/// A title is also what screen readers say.
inline Figure made(const std::string& title, const std::string& caption, Chart& chart) {
  chart.label = title;
  return {.title = title, .caption = caption, .svg = draw(chart)};
}

}  // namespace freshet::bench::report
