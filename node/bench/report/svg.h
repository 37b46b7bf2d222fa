// A drawing: the few elements of SVG that charts are made of. Units are those of its view box, y
// grows downwards. Text is escaped here.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace freshet::bench::report {

struct Xy {
  double x = 0;
  double y = 0;
};

struct Box {
  double left = 0;
  double top = 0;
  double right = 0;
  double bottom = 0;

  [[nodiscard]] double width() const { return right - left; }
  [[nodiscard]] double height() const { return bottom - top; }
  [[nodiscard]] bool overlaps(const Box& other) const {
    return left < other.right && other.left < right && top < other.bottom && other.top < bottom;
  }
};

struct Stroke {
  std::string colour = "#000";
  double width = 1;
  std::string dash;  ///< as in stroke-dasharray; empty: solid
};
inline const Stroke kGridStroke{.colour = "#dddddd", .width = 1, .dash = ""};
inline const Stroke kAxisStroke{.colour = "#333333", .width = 1, .dash = ""};

enum class Anchor : unsigned char { start, middle, end };

struct TextLook {
  Anchor anchor = Anchor::start;
  double size = 12;
  bool bold = false;
  bool upwards = false;  ///< turned a quarter to the left
  bool halo = false;     ///< with a white outline, to be read above lines
};

/// At most how wide a text is, whatever sans-serif font shows it. It is an estimate.
double text_width(std::string_view text, double size);

class Svg {
 public:
  /// `label` is what a screen reader says.
  Svg(double width, double height, std::string_view label);

  void line(Xy from, Xy to, const Stroke& stroke);
  void polyline(const std::vector<Xy>& points, const Stroke& stroke);
  void rect(const Box& box, std::string_view fill, const Stroke& stroke);
  /// The y of `at` is the text's baseline.
  void text(Xy at, std::string_view text, const TextLook& look);
  /// Elements until end_group() say `title` when they are pointed at.
  void begin_group(std::string_view title);
  void end_group() { body_ += "</g>\n"; }
  /// `d` as in SVG's path, about the origin.
  void shape(Xy at, std::string_view d, std::string_view fill, const Stroke& stroke);
  /// Anything else.
  void raw(std::string_view element) { body_ += element; }

  [[nodiscard]] std::string finish() && { return std::move(body_) + "</svg>\n"; }

 private:
  std::string body_;
};

/// With two decimals at most.
std::string coordinate(double value);

}  // namespace freshet::bench::report
