#include "node/bench/report/chart.h"

#include <algorithm>
#include <cmath>

#include "node/bench/report/frame.h"
#include "node/bench/report/labels.h"

namespace freshet::bench::report {
namespace {

// Longer series get markers at this many places only.
constexpr double kMarkers = 7;
constexpr std::size_t kAllMarked = 12;

struct Extents {
  Extent x;
  Extent y;
};

void add(Extent& extent, double value, const std::optional<Interval>& interval) {
  extent.add(value);
  if (!interval) return;
  extent.add(interval->low);
  extent.add(interval->high);
}

Extents extents_of(const Chart& chart) {
  Extents extents;
  for (const Series& series : chart.series) {
    for (const Point& point : series.points) {
      add(extents.x, point.x, point.x_interval);
      add(extents.y, point.y, point.y_interval);
    }
  }
  for (const Mark& mark : chart.marks) extents.x.add(mark.x);
  return extents;
}

std::vector<LegendEntry> legend_of(const Chart& chart) {
  std::vector<LegendEntry> entries;
  for (const Series& series : chart.series) {
    entries.push_back({.name = series.name, .sample = [&series](Svg& svg, Xy at) {
                         if (series.shape == Shape::points) {
                           draw_marker(svg, {at.x + kSampleWidth / 2, at.y}, series.look);
                         } else {
                           draw_sample(svg, at, kSampleWidth, series.look);
                         }
                       }});
  }
  return entries;
}

class ChartDrawing {
 public:
  ChartDrawing(const Chart& chart, const Frame& frame, bool log_x, bool log_y)
      : frame_(frame),
        log_x_(log_x),
        log_y_(log_y),
        written_(frame.plot()) {
    for (const Series& series : chart.series) {
      for (const Point& point : series.points) {
        if (shows(point)) keep_free(point);
      }
    }
  }

  void draw_mark(Svg& svg, const Mark& mark) {
    const Box& plot = frame_.plot();
    const double x = frame_.at(mark.x, 0).x;
    svg.line({x, plot.top}, {x, plot.bottom}, {.colour = "#555", .width = 1.2, .dash = "3 2"});
    svg.text({x, plot.top - 8}, mark.label, {.anchor = Anchor::middle, .size = 11});
  }

  void draw_series(Svg& svg, const Series& series, std::size_t number) {
    std::vector<Point> shown;
    std::copy_if(series.points.begin(),
                 series.points.end(),
                 std::back_inserter(shown),
                 [&](const Point& point) { return shows(point); });
    if (series.shape != Shape::points) {
      svg.polyline(track(shown, series.shape),
                   {.colour = series.look.colour, .width = 1.8, .dash = series.look.dash});
    }
    for (const Point& point : shown) draw_intervals(svg, point, series.look);
    for (const std::size_t i : marked(shown, number)) {
      svg.begin_group(shown[i].label.empty() ? series.name : shown[i].label);
      draw_marker(svg, frame_.at(shown[i].x, shown[i].y), series.look);
      svg.end_group();
    }
    if (series.shape != Shape::points) return;
    for (const Point& point : shown) written_.write(svg, frame_.at(point.x, point.y), point.label);
  }

 private:
  [[nodiscard]] bool shows(const Point& point) const {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!log_x_ || point.x > 0)
           && (!log_y_ || point.y > 0);
  }

  void keep_free(const Point& point) {
    written_.keep_free(frame_.at(point.x, point.y));
    if (const auto& y = point.y_interval) {
      written_.keep_free(frame_.at(point.x, y->low), frame_.at(point.x, y->high));
    }
    if (const auto& x = point.x_interval) {
      written_.keep_free(frame_.at(x->low, point.y), frame_.at(x->high, point.y));
    }
  }

  [[nodiscard]] std::vector<Xy> track(const std::vector<Point>& points, Shape shape) const {
    std::vector<Xy> track;
    for (const Point& point : points) {
      const Xy at = frame_.at(point.x, point.y);
      if (shape == Shape::steps && !track.empty()) track.push_back({at.x, track.back().y});
      track.push_back(at);
    }
    return track;
  }

  void draw_intervals(Svg& svg, const Point& point, const LineLook& look) const {
    static constexpr double kCap = 3;
    const Stroke stroke{.colour = look.colour, .width = 1, .dash = ""};
    if (point.y_interval) {
      const Xy low = frame_.at(point.x, point.y_interval->low);
      const Xy high = frame_.at(point.x, point.y_interval->high);
      svg.line(low, high, stroke);
      for (const Xy& end : {low, high}) {
        svg.line({end.x - kCap, end.y}, {end.x + kCap, end.y}, stroke);
      }
    }
    if (point.x_interval) {
      const Xy low = frame_.at(point.x_interval->low, point.y);
      const Xy high = frame_.at(point.x_interval->high, point.y);
      svg.line(low, high, stroke);
      for (const Xy& end : {low, high}) {
        svg.line({end.x, end.y - kCap}, {end.x, end.y + kCap}, stroke);
      }
    }
  }

  // All points, or some at even distances along the line, shifted from one series to the next so
  // that markers of curves that lie on one another do not.
  [[nodiscard]] std::vector<std::size_t> marked(const std::vector<Point>& points,
                                                std::size_t number) const {
    std::vector<std::size_t> chosen;
    std::vector<double> lengths;  // of the line up to each point
    double length = 0;
    for (std::size_t i = 0; i < points.size(); ++i) {
      if (i > 0) length += distance(points[i - 1], points[i]);
      lengths.push_back(length);
      if (points[i].marked) chosen.push_back(i);
    }
    if (chosen.size() <= kAllMarked) return chosen;
    const double spacing = length / kMarkers;
    double next = spacing * (0.2 + 0.15 * static_cast<double>(number % 5));
    std::vector<std::size_t> some;
    for (const std::size_t i : chosen) {
      if (lengths[i] < next) continue;
      some.push_back(i);
      next += spacing * (1 + std::floor((lengths[i] - next) / spacing));
    }
    return some;
  }

  [[nodiscard]] double distance(const Point& from, const Point& to) const {
    const Xy a = frame_.at(from.x, from.y);
    const Xy b = frame_.at(to.x, to.y);
    return std::hypot(b.x - a.x, b.y - a.y);
  }

  const Frame& frame_;
  bool log_x_;
  bool log_y_;
  Labels written_;
};

}  // namespace

std::string draw(const Chart& chart) {
  static constexpr int kTicksAcross = 7;
  static constexpr int kTicksUp = 6;
  Svg svg(chart.width, chart.height, chart.label);
  const Extents extents = extents_of(chart);
  Box room{.left = 2, .top = 2, .right = chart.width - 4, .bottom = chart.height};
  room.top = draw_legend(svg, room, legend_of(chart));
  if (!chart.marks.empty()) room.top += kLineHeight;  // their names are above the plot
  const Axis x(chart.x, extents.x, kTicksAcross);
  const Axis y(chart.y, extents.y, kTicksUp);
  const Frame frame(room, x, y);
  frame.draw(svg);
  if (extents.y.empty) {
    const Box& plot = frame.plot();
    svg.text({(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2},
             "no data",
             {.anchor = Anchor::middle, .size = 14});
  }
  ChartDrawing drawing(chart, frame, x.is_logarithmic(), y.is_logarithmic());
  for (const Mark& mark : chart.marks) drawing.draw_mark(svg, mark);
  for (std::size_t i = 0; i < chart.series.size(); ++i) {
    drawing.draw_series(svg, chart.series[i], i);
  }
  return std::move(svg).finish();
}

}  // namespace freshet::bench::report
