// Bars that lie on their side, each made of parts. Series in, SVG out.
#pragma once

#include <string>
#include <vector>

#include "node/bench/report/axis.h"
#include "node/bench/report/look.h"

namespace freshet::bench::report {

struct Part {
  std::string name;
  Fill fill;
};

struct Bar {
  std::string name;
  std::vector<double> values;  ///< by part
  std::string total;           ///< written at the end
};

struct BarChart {
  std::string label;  ///< what it shows, for screen readers
  std::string id;     ///< unique in the page; letters and digits
  AxisSpec x;
  std::vector<Part> parts;
  std::vector<Bar> bars;
  double width = 560;
};

std::string draw(const BarChart& chart);

}  // namespace freshet::bench::report
