#include "node/bench/report/axis.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <string_view>

#include "node/bench/tables_numbers.h"

namespace freshet::bench::report {
namespace {

constexpr std::array kRound = {1.0, 2.0, 5.0};

int exponent_of(double value) {
  return static_cast<int>(std::floor(std::log10(value) + 1e-9));
}

// The least 1, 2 or 5 times a power of ten that is not below `value`.
double round_up(double value) {
  const double power = std::pow(10.0, exponent_of(value));
  for (const double factor : kRound) {
    if (factor * power >= value * (1 - 1e-9)) return factor * power;
  }
  return 10 * power;
}

// Not brief(): a tick is as long as its number needs.
std::string label_of(double value) {
  if (std::abs(value) >= 1e9) return brief(value / 1e9) + " G";
  if (std::abs(value) >= 1e6) return brief(value / 1e6) + " M";
  return brief(value);
}

struct Unit {
  double size = 1;
  std::string_view name = "B";
};

Unit unit_for(double bytes) {
  static constexpr std::array<Unit, 5> kUnits = {
      {{1, "B"}, {1e3, "kB"}, {1e6, "MB"}, {1e9, "GB"}, {1e12, "TB"}}};
  Unit best = kUnits[0];
  for (const Unit& unit : kUnits) {
    if (bytes >= unit.size) best = unit;
  }
  return best;
}

bool picks_logarithmic(Scale scale, const Extent& extent) {
  if (extent.least_positive <= 0) return false;
  const double span = extent.high / extent.least_positive;
  // Within a small span a logarithmic axis has no two round ticks.
  if (scale == Scale::logarithmic) return span >= 3;
  return scale == Scale::automatic && extent.low > 0 && span > kWideSpan;
}

}  // namespace

void Extent::add(double value) {
  if (!std::isfinite(value)) return;
  low = empty ? value : std::min(low, value);
  high = empty ? value : std::max(high, value);
  if (value > 0 && (least_positive == 0 || value < least_positive)) least_positive = value;
  empty = false;
}

Axis::Axis(const AxisSpec& spec, const Extent& extent, int ticks) : title_(spec.title) {
  if (spec.bytes) {
    const Unit unit = unit_for(extent.high);
    unit_ = unit.size;
    title_ += " (" + std::string(unit.name) + ")";
  }
  logarithmic_ = picks_logarithmic(spec.scale, extent);
  if (logarithmic_) {
    make_logarithmic(extent, ticks);
  } else {
    make_linear(spec, extent, ticks);
  }
}

void Axis::make_linear(const AxisSpec& spec, const Extent& extent, int ticks) {
  double low = spec.min.value_or(extent.empty ? 0 : extent.low);
  double high = spec.max.value_or(extent.empty ? 1 : extent.high);
  if (high <= low) {
    // One value: the middle, unless a side is given.
    const double margin = std::max(1.0, std::abs(low) * 0.5);
    if (!spec.max) high += margin;
    if (!spec.min && low != 0) low -= margin;
    if (high <= low) low = high - 1;
  }
  double step = round_up((high - low) / ticks);
  if (spec.whole) step = std::max(1.0, step);
  low_ = spec.min ? low : std::floor(low / step + 1e-9) * step;
  high_ = spec.max ? high : std::ceil(high / step - 1e-9) * step;
  if (high_ <= low_) high_ = low_ + step;
  const auto first = static_cast<std::int64_t>(std::ceil(low_ / step - 1e-9));
  const auto last = static_cast<std::int64_t>(std::floor(high_ / step + 1e-9));
  for (std::int64_t i = first; i <= last; ++i) {
    const double value = static_cast<double>(i) * step;
    ticks_.push_back({.value = value, .label = label_of(value / unit_)});
  }
}

void Axis::make_logarithmic(const Extent& extent, int ticks) {
  const int last = exponent_of(extent.high) + 1;
  std::vector<double>
      all;  // from the last not above the least value to the first not below the greatest
  std::vector<double> decades;
  for (int exponent = exponent_of(extent.least_positive); exponent <= last; ++exponent) {
    for (const double factor : kRound) {
      const double value = factor * std::pow(10.0, exponent);
      if (!all.empty() && all.back() >= extent.high * (1 - 1e-9)) continue;
      if (value <= extent.least_positive * (1 + 1e-9)) all.clear();
      if (value <= extent.least_positive * (1 + 1e-9)) decades.clear();
      all.push_back(value);
      if (factor == 1) decades.push_back(value);
    }
  }
  low_ = all.front();
  high_ = all.back();
  const bool few = static_cast<int>(all.size()) <= ticks || decades.size() < 2;
  const std::vector<double>& chosen = few ? all : decades;
  const std::size_t every = 1 + (chosen.size() - 1) / static_cast<std::size_t>(std::max(1, ticks));
  for (std::size_t i = 0; i < chosen.size(); i += every) {
    ticks_.push_back({.value = chosen[i], .label = label_of(chosen[i] / unit_)});
  }
}

double Axis::share(double value) const {
  const double share = logarithmic_
                           ? std::log(std::max(value, low_) / low_) / std::log(high_ / low_)
                           : (value - low_) / (high_ - low_);
  return std::clamp(share, 0.0, 1.0);
}

}  // namespace freshet::bench::report
