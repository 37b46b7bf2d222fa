// Numbers as text: exactly, for files, and shortly, for people. The same on every machine and in
// every locale.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

namespace freshet::bench {

/// The shortest decimal that reads back as the same value: "0.1", "1500.25", "1e+21".
std::string exact(double value);

/// With `decimals` of them and commas between thousands: "-1,234.50". REQUIRES: value is finite.
std::string fixed(double value, int decimals);
inline std::string grouped(std::uint64_t value) {
  return fixed(static_cast<double>(value), 0);
}

/// Four significant digits at least, whole numbers whole: "12,346", "123.4", "0.0123", "7".
std::string brief(double value);
/// As brief(), but with its zeros, so that a column looks even: "242.0".
std::string even(double value);
/// Of a share: "12.3 %"; "100 %" and "0 %" only when it is all or nothing.
std::string percent(double share);
/// "1,234 ± 56": the mean to the place where the interval has two digits, or one where the mean has
/// four already. Without an interval as brief(). `half` is half its width.
std::string with_interval(double mean, std::optional<double> half);
/// brief(), or a dash.
std::string or_dash(std::optional<double> value);
/// "< 0.001", "0.042", "1".
std::string p_value(double p);

/// With a decimal unit: "950 B", "1.23 kB", "45.6 MB".
std::string size_text(double bytes);

}  // namespace freshet::bench
