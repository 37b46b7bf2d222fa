// Names beside points, none over another or over a point.
#pragma once

#include <string_view>
#include <vector>

#include "node/bench/report/svg.h"

namespace freshet::bench::report {

class Labels {
 public:
  explicit Labels(const Box& plot) : plot_(plot) {}

  /// There is a marker at `at`.
  void keep_free(Xy at);
  /// There is a line, upright or level.
  void keep_free(Xy from, Xy to);
  /// Beside `at` where there is room; farther off with a line to it; not at all when there is none.
  void write(Svg& svg, Xy at, std::string_view text);

 private:
  [[nodiscard]] bool is_free(const Box& box) const;

  Box plot_;
  std::vector<Box> taken_;
};

}  // namespace freshet::bench::report
