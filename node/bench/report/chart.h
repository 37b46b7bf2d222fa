// A chart of lines, steps or points: series in, SVG out. Knows nothing of what is shown.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/bench/report/axis.h"
#include "node/bench/report/look.h"
#include "node/bench/stats.h"

namespace freshet::bench::report {

struct Point {
  double x = 0;
  double y = 0;
  std::optional<Interval> x_interval;
  std::optional<Interval> y_interval;
  std::string label;   ///< said when it is pointed at; written beside it in a Chart of points
  bool marked = true;  ///< false: the line goes through it, and that is all
};

enum class Shape : std::uint8_t { lines, steps, points };

struct Series {
  std::string name;  ///< for the legend
  LineLook look;
  std::vector<Point> points;  ///< ascending in x, unless their shape is points
  Shape shape = Shape::lines;
};

/// An upright line at a place of the x axis.
struct Mark {
  double x = 0;
  std::string label;
};

struct Chart {
  std::string label;  ///< what it shows, for screen readers
  AxisSpec x;
  AxisSpec y;
  std::vector<Series> series;
  std::vector<Mark> marks;
  double width = 560;
  double height = 370;
};

/// A frame that says so when there is no point. What a logarithmic axis cannot show is left out.
std::string draw(const Chart& chart);

}  // namespace freshet::bench::report
