#include "node/bench/report/look.h"

#include <array>
#include <cmath>
#include <cstdio>

#include "node/bench/report/html.h"

namespace freshet::bench::report {
namespace {

constexpr std::string_view kCircle = "M-3.8 0a3.8 3.8 0 1 0 7.6 0a3.8 3.8 0 1 0 -7.6 0z";
constexpr std::string_view kSquare = "M-3.4 -3.4h6.8v6.8h-6.8z";
constexpr std::string_view kUp = "M0 -4.4L4.2 3.2H-4.2z";
constexpr std::string_view kDiamond = "M0 -4.8L4.8 0L0 4.8L-4.8 0z";
constexpr std::string_view kDown = "M0 4.4L4.2 -3.2H-4.2z";
constexpr std::string_view kCross = "M-3.6 -3.6L3.6 3.6M-3.6 3.6L3.6 -3.6";
constexpr std::string_view kPlus = "M-4.4 0H4.4M0 -4.4V4.4";

struct Look {
  std::string_view colour;
  std::string_view dash;
  std::string_view marker;
  bool filled;
};

LineLook made(const Look& look) {
  return {.colour = std::string(look.colour),
          .dash = std::string(look.dash),
          .marker = std::string(look.marker),
          .filled = look.filled};
}

// Colours are apart for the colour-blind too (after Okabe and Ito), and differ in lightness.
constexpr std::array<Look, core::kStrategyNames.size()> kStrategies = {{
    {"#000000", "", kCircle, true},             // flood
    {"#0072b2", "7 3", kSquare, false},         // ring
    {"#c2410c", "1.5 3", kUp, true},            // walk
    {"#00875f", "9 3 2 3", kDiamond, false},    // tree
    {"#8f2d7a", "14 4", kDown, true},           // routed
    {"#b07a00", "5 2 1 2 1 2", kCross, false},  // auto
}};

constexpr std::array<std::string_view, 9> kDashes = {
    "", "9 3", "2 3", "9 3 2 3", "14 4", "5 2 1 2 1 2", "4 2", "1 2", "12 3 3 3"};
constexpr std::array<std::string_view, 7> kMarkers = {
    kCircle, kSquare, kUp, kDiamond, kDown, kCross, kPlus};

std::string mixed(double share) {
  struct Rgb {
    double red, green, blue;
  };
  static constexpr Rgb kLight{118, 174, 217};
  static constexpr Rgb kDark{8, 22, 60};
  const auto part = [&](double light, double dark) {
    return static_cast<unsigned>(std::lround(light + (dark - light) * share));
  };
  std::array<char, 8> text{};
  std::snprintf(text.data(),
                text.size(),
                "#%02x%02x%02x",
                part(kLight.red, kDark.red),
                part(kLight.green, kDark.green),
                part(kLight.blue, kDark.blue));
  return text.data();
}

struct NamedFill {
  std::string_view type;
  std::string_view colour;
  std::string_view hatch;
};

constexpr std::string_view kRising =
    "<path d=\"M-2 2L2 -2M0 8L8 0M6 10L10 6\" stroke=\"#fff\" stroke-width=\"1.6\"/>";
constexpr std::string_view kFalling =
    "<path d=\"M-2 6L2 10M0 0L8 8M6 -2L10 2\" stroke=\"#000\" stroke-width=\"1.1\"/>";
constexpr std::string_view kDots =
    "<circle cx=\"2\" cy=\"2\" r=\"1.2\" fill=\"#000\"/><circle cx=\"6\" cy=\"6\" r=\"1.2\" "
    "fill=\"#000\"/>";
constexpr std::string_view kGrid =
    "<path d=\"M0 4H8M4 0V8\" stroke=\"#000\" stroke-width=\"0.9\"/>";
constexpr std::string_view kUpright =
    "<path d=\"M2 0V8M6 0V8\" stroke=\"#000\" stroke-width=\"1.1\"/>";
constexpr std::string_view kFlat =
    "<path d=\"M0 2H8M0 6H8\" stroke=\"#fff\" stroke-width=\"1.4\"/>";
constexpr std::string_view kThinFlat =
    "<path d=\"M0 2H8M0 6H8\" stroke=\"#000\" stroke-width=\"0.9\"/>";
constexpr std::string_view kRings =
    "<circle cx=\"4\" cy=\"4\" r=\"2.2\" fill=\"none\" stroke=\"#000\" stroke-width=\"0.9\"/>";
constexpr std::string_view kSparse = "<circle cx=\"4\" cy=\"4\" r=\"0.9\" fill=\"#000\"/>";
constexpr std::string_view kDiagonals =
    "<path d=\"M0 0L8 8M0 8L8 0\" stroke=\"#000\" stroke-width=\"0.8\"/>";

constexpr std::array<NamedFill, 15> kFills = {{
    {"query", "#33475b", ""},
    {"hit", "#ffffff", ""},
    {"announce", "#2e8b74", kRising},
    {"graft", "#e9c46a", kGrid},
    {"prune", "#f0e6c8", kFalling},
    {"check", "#e07b54", kUpright},
    {"go-on", "#f6d5c6", kThinFlat},
    {"fetch", "#cfe3b4", kRings},
    {"table", "#8f5f9e", kFlat},
    {"ping", "#cfd8e3", kDots},
    {"pong", "#eef2f6", kDiagonals},
    {"hello", "#f7f7f7", kSparse},
    {"push", "#7f95ad", kRising},
    {"bye", "#ffffff", kUpright},
    {"other", "#b9b9b9", ""},
}};

}  // namespace

LineLook look_of(core::StrategyId strategy) {
  return made(kStrategies.at(static_cast<std::size_t>(strategy) % kStrategies.size()));
}

LineLook look_beside(LineLook look) {
  look.dash = "2 4";
  look.filled = false;
  if (look.marker == kCross) look.marker = kPlus;  // nothing to fill
  return look;
}

LineLook look_in_order(std::size_t index, std::size_t count) {
  const double share = count > 1 ? static_cast<double>(index) / static_cast<double>(count - 1) : 1;
  return {.colour = mixed(share),
          .dash = std::string(kDashes.at(index % kDashes.size())),
          .marker = std::string(kMarkers.at(index % kMarkers.size())),
          .filled = index % 2 == 0};
}

std::size_t fill_rank(std::string_view type) {
  std::size_t rank = 0;
  while (rank < kFills.size() && kFills.at(rank).type != type) ++rank;
  return rank;
}

Fill fill_of(std::string_view type) {
  const std::size_t rank = fill_rank(type);
  if (rank == kFills.size()) return {.colour = "#b9b9b9", .hatch = std::string(kFalling)};
  return {.colour = std::string(kFills.at(rank).colour),
          .hatch = std::string(kFills.at(rank).hatch)};
}

void draw_marker(Svg& svg, Xy at, const LineLook& look) {
  if (look.marker.empty()) return;
  svg.shape(at,
            look.marker,
            look.filled ? look.colour : "#fff",
            {.colour = look.colour, .width = look.filled ? 1.0 : 1.6, .dash = ""});
}

void draw_sample(Svg& svg, Xy at, double width, const LineLook& look) {
  svg.line(at, {at.x + width, at.y}, {.colour = look.colour, .width = 1.8, .dash = look.dash});
  draw_marker(svg, {at.x + width / 2, at.y}, look);
}

std::string pattern(std::string_view id, const Fill& fill) {
  return "<defs><pattern id=\"" + escape(id)
         + "\" width=\"8\" height=\"8\" patternUnits=\"userSpaceOnUse\">"
           "<rect width=\"8\" height=\"8\" fill=\""
         + escape(fill.colour) + "\"/>" + fill.hatch + "</pattern></defs>\n";
}

}  // namespace freshet::bench::report
