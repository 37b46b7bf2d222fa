#include "node/bench/report/labels.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace freshet::bench::report {
namespace {

constexpr double kSize = 12;
constexpr double kMarker = 5;  // half its width

Box around(Xy middle, double width, double height) {
  return {.left = middle.x - width / 2,
          .top = middle.y - height / 2,
          .right = middle.x + width / 2,
          .bottom = middle.y + height / 2};
}

}  // namespace

void Labels::keep_free(Xy at) {
  taken_.push_back(around(at, 2 * kMarker, 2 * kMarker));
}

void Labels::keep_free(Xy from, Xy to) {
  static constexpr double kMargin = 2;
  taken_.push_back({.left = std::min(from.x, to.x) - kMargin,
                    .top = std::min(from.y, to.y) - kMargin,
                    .right = std::max(from.x, to.x) + kMargin,
                    .bottom = std::max(from.y, to.y) + kMargin});
}

bool Labels::is_free(const Box& box) const {
  if (box.left < plot_.left || box.right > plot_.right + 12 || box.top < plot_.top - 4
      || box.bottom > plot_.bottom) {
    return false;
  }
  return std::none_of(
      taken_.begin(), taken_.end(), [&](const Box& other) { return box.overlaps(other); });
}

void Labels::write(Svg& svg, Xy at, std::string_view text) {
  struct Side {
    double x, y;
  };
  static constexpr std::array<Side, 8> kSides = {
      {{1, 0}, {-1, 0}, {0, -1}, {0, 1}, {1, -1}, {1, 1}, {-1, -1}, {-1, 1}}};
  static constexpr std::array kDistances = {8.0, 22.0, 38.0, 56.0};
  const double width = text_width(text, kSize);
  for (const double distance : kDistances) {
    for (const Side& side : kSides) {
      const Xy middle{at.x + side.x * (distance + width / 2),
                      at.y + side.y * (distance + kSize / 2)};
      const Box box = around(middle, width, kSize + 2);
      if (!is_free(box)) continue;
      taken_.push_back(box);
      if (distance > kDistances.front()) {
        const double share = std::min(1.0, distance / std::hypot(middle.x - at.x, middle.y - at.y));
        svg.line(at,
                 {at.x + (middle.x - at.x) * share, at.y + (middle.y - at.y) * share},
                 {.colour = "#777", .width = 0.8, .dash = ""});
      }
      svg.text({middle.x, middle.y + kSize / 2 - 2},
               text,
               {.anchor = Anchor::middle, .size = kSize, .halo = true});
      return;
    }
  }
}

}  // namespace freshet::bench::report
