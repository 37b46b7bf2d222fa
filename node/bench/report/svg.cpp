#include "node/bench/report/svg.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "node/bench/report/html.h"

namespace freshet::bench::report {
namespace {

std::string attribute(std::string_view name, std::string_view value) {
  return " " + std::string(name) + "=\"" + escape(value) + "\"";
}

std::string attribute(std::string_view name, double value) {
  return attribute(name, coordinate(value));
}

std::string stroke_attributes(const Stroke& stroke) {
  std::string text = attribute("stroke", stroke.colour);
  if (stroke.width != 1) text += attribute("stroke-width", stroke.width);
  if (!stroke.dash.empty()) text += attribute("stroke-dasharray", stroke.dash);
  return text;
}

// Of a font's size, with room to spare: DejaVu Sans is a tenth wider than Helvetica.
double advance(char c) {
  static constexpr std::string_view kNarrow = "iljI|!.,:;'`()[]{}/ tfr-";
  static constexpr std::string_view kWide = "mwMW@%";
  if ((static_cast<unsigned char>(c) & 0xC0U) == 0x80U) return 0;  // a character's later byte
  if (kNarrow.find(c) != std::string_view::npos) return 0.38;
  if (kWide.find(c) != std::string_view::npos) return 0.95;
  if (c >= 'A' && c <= 'Z') return 0.74;
  return 0.62;
}

}  // namespace

std::string coordinate(double value) {
  std::array<char, 400> room{};
  const double finite = std::isfinite(value) ? value : 0;
  const auto end = std::to_chars(room.begin(), room.end(), finite, std::chars_format::fixed, 2).ptr;
  std::string text(room.data(), end);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text == "-0" ? "0" : text;
}

double text_width(std::string_view text, double size) {
  double width = 0;
  for (const char c : text) width += advance(c);
  return width * size;
}

Svg::Svg(double width, double height, std::string_view label) {
  body_ = "<svg xmlns=\"http://www.w3.org/2000/svg\" role=\"img\" viewBox=\"0 0 "
          + coordinate(width) + " " + coordinate(height) + "\"" + attribute("aria-label", label)
          + ">\n";
}

void Svg::line(Xy from, Xy to, const Stroke& stroke) {
  body_ += "<line" + attribute("x1", from.x) + attribute("y1", from.y) + attribute("x2", to.x)
           + attribute("y2", to.y) + stroke_attributes(stroke) + "/>\n";
}

void Svg::polyline(const std::vector<Xy>& points, const Stroke& stroke) {
  std::string list;
  for (const Xy& point : points) {
    if (!list.empty()) list += ' ';
    list += coordinate(point.x) + "," + coordinate(point.y);
  }
  body_ += "<polyline fill=\"none\" stroke-linejoin=\"round\"" + attribute("points", list)
           + stroke_attributes(stroke) + "/>\n";
}

void Svg::rect(const Box& box, std::string_view fill, const Stroke& stroke) {
  body_ += "<rect" + attribute("x", box.left) + attribute("y", box.top)
           + attribute("width", std::max(0.0, box.width()))
           + attribute("height", std::max(0.0, box.height())) + attribute("fill", fill)
           + stroke_attributes(stroke) + "/>\n";
}

void Svg::text(Xy at, std::string_view text, const TextLook& look) {
  static constexpr std::array<std::string_view, 3> kAnchors = {"start", "middle", "end"};
  body_ +=
      "<text" + attribute("x", at.x) + attribute("y", at.y) + attribute("font-size", look.size);
  if (look.anchor != Anchor::start) {
    body_ += attribute("text-anchor", kAnchors[static_cast<std::size_t>(look.anchor)]);
  }
  if (look.bold) body_ += attribute("font-weight", "bold");
  if (look.halo) body_ += " class=\"halo\"";
  if (look.upwards) {
    body_ +=
        attribute("transform", "rotate(-90 " + coordinate(at.x) + " " + coordinate(at.y) + ")");
  }
  body_ += ">" + escape(text) + "</text>\n";
}

void Svg::begin_group(std::string_view title) {
  body_ += "<g><title>" + escape(title) + "</title>\n";
}

void Svg::shape(Xy at, std::string_view d, std::string_view fill, const Stroke& stroke) {
  body_ += "<path" + attribute("d", d) + attribute("fill", fill) + stroke_attributes(stroke)
           + attribute("transform", "translate(" + coordinate(at.x) + " " + coordinate(at.y) + ")")
           + "/>\n";
}

}  // namespace freshet::bench::report
