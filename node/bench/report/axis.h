// An axis: from values to positions, with round numbers for ticks.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace freshet::bench::report {

enum class Scale : std::uint8_t {
  linear,
  logarithmic,
  automatic,  ///< logarithmic for positive values that span more than kWideSpan
};
/// Greatest by smallest, from which on a linear axis would hide the small.
inline constexpr double kWideSpan = 20;

struct AxisSpec {
  std::string title;  ///< with its unit
  Scale scale = Scale::linear;
  std::optional<double> min = std::nullopt;  ///< of a linear axis; else from the data
  std::optional<double> max = std::nullopt;
  bool whole = false;  ///< ticks at whole numbers only
  bool bytes = false;  ///< values are bytes: the axis picks B, kB, MB … and adds it to the title
};

/// The smallest and the greatest value that an axis must show.
struct Extent {
  double low = 0;
  double high = 0;
  bool empty = true;
  double least_positive = 0;  ///< 0: none

  void add(double value);
};

struct Tick {
  double value = 0;
  std::string label;
};

class Axis {
 public:
  /// Positions go from `begin` to `end`; about `ticks` ticks fit between them.
  Axis(const AxisSpec& spec, const Extent& extent, int ticks);

  /// The values at the ends.
  [[nodiscard]] double low() const { return low_; }
  [[nodiscard]] double high() const { return high_; }
  [[nodiscard]] bool is_logarithmic() const { return logarithmic_; }
  /// 0 at low(), 1 at high(). Values beyond are at the ends: coverage may exceed 100 % a little
  /// where nodes join while a query spreads.
  [[nodiscard]] double share(double value) const;
  [[nodiscard]] const std::vector<Tick>& ticks() const { return ticks_; }
  [[nodiscard]] const std::string& title() const { return title_; }

 private:
  void make_linear(const AxisSpec& spec, const Extent& extent, int ticks);
  void make_logarithmic(const Extent& extent, int ticks);

  bool logarithmic_ = false;
  double low_ = 0;
  double high_ = 1;
  double unit_ = 1;  ///< labels are values divided by this
  std::string title_;
  std::vector<Tick> ticks_;
};

}  // namespace freshet::bench::report
