#include "node/bench/report/frame.h"

#include <algorithm>

namespace freshet::bench::report {
namespace {

constexpr double kTickLength = 5;
constexpr double kGap = 6;

double widest_label(const Axis& axis) {
  double width = 0;
  for (const Tick& tick : axis.ticks()) width = std::max(width, text_width(tick.label, kTextSize));
  return width;
}

}  // namespace

double draw_legend(Svg& svg, const Box& room, const std::vector<LegendEntry>& entries) {
  static constexpr double kAfterSample = 5;
  static constexpr double kBetween = 16;
  if (entries.empty() || (entries.size() == 1 && entries[0].name.empty())) return room.top;
  Xy at{room.left, room.top + kLineHeight / 2};
  for (const LegendEntry& entry : entries) {
    const double width = kSampleWidth + kAfterSample + text_width(entry.name, kTextSize);
    if (at.x > room.left && at.x + width > room.right) {
      at = {room.left, at.y + kLineHeight};
    }
    entry.sample(svg, at);
    svg.text({at.x + kSampleWidth + kAfterSample, at.y + 4}, entry.name, {.size = kTextSize});
    at.x += width + kBetween;
  }
  return at.y + kLineHeight / 2 + kGap;
}

Frame::Frame(const Box& room, Axis x, Axis y) : x_(std::move(x)), y_(std::move(y)), room_(room) {
  plot_ = room;
  plot_.left += kLineHeight + kGap + widest_label(y_) + kTickLength + kGap;
  plot_.bottom -= 2 * kLineHeight + kTickLength + kGap;
  // Half of the last label reaches beyond the axis.
  plot_.top += kGap;
  const double last = x_.ticks().empty() ? 0 : text_width(x_.ticks().back().label, kTextSize) / 2;
  plot_.right -= std::max(kGap, last);
}

void Frame::draw(Svg& svg) const {
  double free_from = room_.left;  // labels that would touch the one before are left out
  for (const Tick& tick : x_.ticks()) {
    const double x = at(tick.value, y_.low()).x;
    svg.line({x, plot_.top}, {x, plot_.bottom}, kGridStroke);
    svg.line({x, plot_.bottom}, {x, plot_.bottom + kTickLength}, kAxisStroke);
    const double half = text_width(tick.label, kTextSize) / 2;
    if (x - half < free_from) continue;
    free_from = x + half + kGap;
    svg.text({x, plot_.bottom + kTickLength + kTextSize + 2},
             tick.label,
             {.anchor = Anchor::middle, .size = kTextSize});
  }
  for (const Tick& tick : y_.ticks()) {
    const double y = at(x_.low(), tick.value).y;
    svg.line({plot_.left, y}, {plot_.right, y}, kGridStroke);
    svg.line({plot_.left - kTickLength, y}, {plot_.left, y}, kAxisStroke);
    svg.text({plot_.left - kTickLength - 3, y + 4},
             tick.label,
             {.anchor = Anchor::end, .size = kTextSize});
  }
  svg.line({plot_.left, plot_.top}, {plot_.left, plot_.bottom}, kAxisStroke);
  svg.line({plot_.left, plot_.bottom}, {plot_.right, plot_.bottom}, kAxisStroke);
  svg.text({(plot_.left + plot_.right) / 2, room_.bottom - 5},
           x_.title(),
           {.anchor = Anchor::middle, .size = kTextSize + 0.5});
  svg.text({room_.left + kTextSize, (plot_.top + plot_.bottom) / 2},
           y_.title(),
           {.anchor = Anchor::middle, .size = kTextSize + 0.5, .upwards = true});
}

Xy Frame::at(double x, double y) const {
  return {plot_.left + x_.share(x) * plot_.width(), plot_.bottom - y_.share(y) * plot_.height()};
}

}  // namespace freshet::bench::report
