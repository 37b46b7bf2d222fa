#include "node/bench/tables_numbers.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

#include "node/base/check.h"

namespace freshet::bench {
namespace {

constexpr std::size_t kRoom = 400;  // a double with all its digits has 309 before the point

// The power of ten of the first digit. 0 for 0. Exact: read from the number's own digits.
int exponent_of(double value) {
  std::array<char, kRoom> text{};
  const auto end =
      std::to_chars(text.begin(), text.end(), value, std::chars_format::scientific).ptr;
  const std::string_view written(text.data(), static_cast<std::size_t>(end - text.data()));
  std::size_t at = written.find('e') + 1;
  if (written[at] == '+') ++at;
  int exponent = 0;
  std::from_chars(text.data() + at, end, exponent);
  return exponent;
}

std::string without_trailing_zeros(std::string text) {
  if (text.find('.') == std::string::npos) return text;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
  return text;
}

}  // namespace

std::string exact(double value) {
  std::array<char, kRoom> text{};
  const auto end = std::to_chars(text.begin(), text.end(), value).ptr;
  return {text.data(), end};
}

std::string fixed(double value, int decimals) {
  FRESHET_CHECK(std::isfinite(value));
  std::array<char, kRoom> room{};
  const auto end =
      std::to_chars(room.begin(), room.end(), std::abs(value), std::chars_format::fixed, decimals)
          .ptr;
  std::string text(room.data(), end);
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > 3; at -= 3) text.insert(at - 3, ",");
  const bool is_zero = text.find_first_not_of("0.,") == std::string::npos;
  return value < 0 && !is_zero ? "-" + text : text;
}

std::string even(double value) {
  static constexpr int kDigits = 3;  // after the first
  return fixed(value, std::clamp(kDigits - exponent_of(value), 0, 12));
}

std::string brief(double value) {
  return without_trailing_zeros(even(value));
}

std::string percent(double share) {
  const double hundredths = share * 100;
  for (int decimals = 1; decimals < 6; ++decimals) {
    const std::string text = without_trailing_zeros(fixed(hundredths, decimals));
    // Nearly all is not all.
    const bool misleads = (text == "100" && share < 1) || (text == "0" && share > 0);
    if (!misleads) return text + " %";
  }
  return share > 0.5 ? "> 99.9999 %" : "< 0.0001 %";
}

std::string with_interval(double mean, std::optional<double> half) {
  if (!half) return brief(mean);
  if (*half == 0) return brief(mean) + " ± 0";
  const int for_half = std::clamp(1 - exponent_of(*half), 0, 12);
  const int for_mean = std::max(3 - exponent_of(mean), -exponent_of(*half));
  const int decimals = std::clamp(for_mean, 0, for_half);
  return fixed(mean, decimals) + " ± " + fixed(*half, decimals);
}

std::string or_dash(std::optional<double> value) {
  return value ? brief(*value) : "–";
}

std::string p_value(double p) {
  if (p < 0.001) return "< 0.001";
  return without_trailing_zeros(fixed(p, p < 0.1 ? 3 : 2));
}

std::string size_text(double bytes) {
  static constexpr std::array<std::string_view, 6> kUnits = {
      " B", " kB", " MB", " GB", " TB", " PB"};
  std::size_t unit = 0;
  for (; std::abs(bytes) >= 999.5 && unit + 1 < kUnits.size(); ++unit) bytes /= 1000;
  const int decimals = unit == 0 ? 0 : std::clamp(2 - exponent_of(bytes), 0, 2);
  return fixed(bytes, decimals) + std::string(kUnits[unit]);
}

}  // namespace freshet::bench
