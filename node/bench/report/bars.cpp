#include "node/bench/report/bars.h"

#include <algorithm>
#include <numeric>

#include "node/bench/report/frame.h"
#include "node/bench/tables_numbers.h"

namespace freshet::bench::report {
namespace {

constexpr double kBarHeight = 24;
constexpr double kBarGap = 14;
const Stroke kOutline{.colour = "#222", .width = 0.8, .dash = ""};

std::string id_of(const BarChart& chart, std::size_t part) {
  return chart.id + "p" + std::to_string(part);
}

std::string fill_of(const BarChart& chart, std::size_t part) {
  return "url(#" + id_of(chart, part) + ")";
}

std::vector<LegendEntry> legend_of(const BarChart& chart) {
  std::vector<LegendEntry> entries;
  for (std::size_t i = 0; i < chart.parts.size(); ++i) {
    entries.push_back({.name = chart.parts[i].name, .sample = [&chart, i](Svg& svg, Xy at) {
                         svg.rect({.left = at.x + 8,
                                   .top = at.y - 7,
                                   .right = at.x + kSampleWidth,
                                   .bottom = at.y + 7},
                                  fill_of(chart, i),
                                  kOutline);
                       }});
  }
  return entries;
}

double total_of(const Bar& bar) {
  return std::accumulate(bar.values.begin(), bar.values.end(), 0.0);
}

void draw_axis(Svg& svg, const Axis& axis, const Box& plot) {
  for (const Tick& tick : axis.ticks()) {
    const double x = plot.left + axis.share(tick.value) * plot.width();
    svg.line({x, plot.top}, {x, plot.bottom}, kGridStroke);
    svg.line({x, plot.bottom}, {x, plot.bottom + 5}, kAxisStroke);
    svg.text({x, plot.bottom + 5 + kTextSize + 2},
             tick.label,
             {.anchor = Anchor::middle, .size = kTextSize});
  }
  svg.line({plot.left, plot.bottom}, {plot.right, plot.bottom}, kAxisStroke);
  svg.text({(plot.left + plot.right) / 2, plot.bottom + 5 + 2 * kLineHeight},
           axis.title(),
           {.anchor = Anchor::middle, .size = kTextSize + 0.5});
}

void draw_bar(Svg& svg, const BarChart& chart, const Bar& bar, const Axis& axis, const Box& plot) {
  double sum = 0;
  for (std::size_t i = 0; i < bar.values.size(); ++i) {
    const double from = plot.left + axis.share(sum) * plot.width();
    sum += bar.values[i];
    const double to = plot.left + axis.share(sum) * plot.width();
    if (bar.values[i] <= 0) continue;
    svg.begin_group(bar.name + ", " + chart.parts[i].name + ": " + brief(bar.values[i]));
    svg.rect({.left = from, .top = plot.top, .right = to, .bottom = plot.bottom},
             fill_of(chart, i),
             kOutline);
    svg.end_group();
  }
  const double end = plot.left + axis.share(sum) * plot.width();
  const double middle = (plot.top + plot.bottom) / 2 + 4;
  svg.text({end + 6, middle}, bar.total, {.size = kTextSize, .halo = true});
  svg.text({plot.left - 8, middle}, bar.name, {.anchor = Anchor::end, .size = kTextSize});
}

}  // namespace

std::string draw(const BarChart& chart) {
  static constexpr int kTicks = 6;
  static constexpr double kBelow = 52;
  const double bars =
      kBarGap
      + static_cast<double>(std::max<std::size_t>(1, chart.bars.size())) * (kBarHeight + kBarGap);
  Box room{.left = 2, .top = 2, .right = chart.width - 4, .bottom = 0};
  Svg scratch(0, 0, "");  // only the legend knows its height
  const double top_of_plot = draw_legend(scratch, room, legend_of(chart));
  const double height = top_of_plot + bars + kBelow;
  room.bottom = height;
  Svg svg(chart.width, height, chart.label);
  for (std::size_t i = 0; i < chart.parts.size(); ++i) {
    svg.raw(pattern(id_of(chart, i), chart.parts[i].fill));
  }
  Extent extent;
  double names = 0;
  double totals = 0;
  for (const Bar& bar : chart.bars) {
    extent.add(total_of(bar));
    names = std::max(names, text_width(bar.name, kTextSize));
    totals = std::max(totals, text_width(bar.total, kTextSize));
  }
  const Box plot{.left = room.left + names + 12,
                 .top = draw_legend(svg, room, legend_of(chart)),
                 .right = room.right - totals - 10,
                 .bottom = height - kBelow};
  AxisSpec spec = chart.x;
  spec.min = 0;
  const Axis axis(spec, extent, kTicks);
  draw_axis(svg, axis, plot);
  double top = plot.top + kBarGap;
  for (const Bar& bar : chart.bars) {
    Box of_bar = plot;
    of_bar.top = top;
    of_bar.bottom = top + kBarHeight;
    draw_bar(svg, chart, bar, axis, of_bar);
    top += kBarHeight + kBarGap;
  }
  if (chart.bars.empty()) {
    svg.text({(plot.left + plot.right) / 2, (plot.top + plot.bottom) / 2},
             "no data",
             {.anchor = Anchor::middle, .size = 14});
  }
  return std::move(svg).finish();
}

}  // namespace freshet::bench::report
