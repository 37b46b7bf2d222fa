// Logarithm, exponential and power from the four basic operations alone: the same bits on every
// machine, which the C library's are not (they differ by version and by what the CPU can do). Exact
// to about 14 digits.
#pragma once

namespace freshet::bench {

/// REQUIRES: x > 0, finite.
double portable_log(double x);
/// 0 below the smallest double. REQUIRES: x < 700.
double portable_exp(double x);
/// REQUIRES: base > 0, and a result that is finite.
double portable_pow(double base, double exponent);

}  // namespace freshet::bench
