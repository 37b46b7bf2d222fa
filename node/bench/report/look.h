// How series are told apart: by colour, and without colour by dash, marker and hatching.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "node/bench/report/svg.h"
#include "node/core/strategy_id.h"

namespace freshet::bench::report {

struct LineLook {
  std::string colour = "#000";
  std::string dash;    ///< empty: solid
  std::string marker;  ///< a path about the origin, 8 units wide; empty: none
  bool filled = true;  ///< the marker
};

/// A strategy looks the same in every figure.
LineLook look_of(core::StrategyId strategy);
/// The same thing measured elsewhere: in the same colour, dotted and hollow.
LineLook look_beside(LineLook look);
/// Of `count` series in an order (shares of nodes that crash): from light to dark.
LineLook look_in_order(std::size_t index, std::size_t count);

/// A fill that is told from others without colour.
struct Fill {
  std::string colour;
  std::string hatch;  ///< elements of a tile of 8 by 8 units; empty: plain
};
/// Of what a type of frame takes.
Fill fill_of(std::string_view type);
/// The order in which types are shown.
std::size_t fill_rank(std::string_view type);

/// Draws the marker of a look.
void draw_marker(Svg& svg, Xy at, const LineLook& look);
/// A short piece of line with its marker, for legends, from `at` to the right.
void draw_sample(Svg& svg, Xy at, double width, const LineLook& look);

/// <defs> with a pattern named `id`. Ids are unique in a page.
std::string pattern(std::string_view id, const Fill& fill);

}  // namespace freshet::bench::report
