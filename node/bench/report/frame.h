// What charts have in common: a legend above, and a frame with ticks, grid and titles around the
// plot.
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "node/bench/report/axis.h"
#include "node/bench/report/svg.h"

namespace freshet::bench::report {

inline constexpr double kTextSize = 12;
inline constexpr double kLineHeight = 18;

struct LegendEntry {
  std::string name;
  /// Draws the sample about the middle of its left edge, kSampleWidth wide.
  std::function<void(Svg&, Xy)> sample;
};
inline constexpr double kSampleWidth = 34;

/// Rows of entries from the top; returns where the next thing may begin. Nothing for one nameless
/// entry or none.
double draw_legend(Svg& svg, const Box& room, const std::vector<LegendEntry>& entries);

/// The plot between two axes.
class Frame {
 public:
  /// In `room`, titles and tick labels included.
  Frame(const Box& room, Axis x, Axis y);

  /// Grid, ticks, labels and titles.
  void draw(Svg& svg) const;
  [[nodiscard]] Xy at(double x, double y) const;
  [[nodiscard]] const Box& plot() const { return plot_; }

 private:
  Axis x_;
  Axis y_;
  Box room_;
  Box plot_;
};

}  // namespace freshet::bench::report
