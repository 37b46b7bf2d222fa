#include "node/bench/portable_math.h"

#include <cmath>

namespace freshet::bench {
namespace {

constexpr double kLog2 = 0.693147180559945309417232121458;
constexpr double kSqrtHalf = 0.707106781186547524400844362105;
constexpr double kSmallestExponent = -745;

}  // namespace

double portable_log(double x) {
  int exponent = 0;
  double part = std::frexp(x, &exponent);  // exact: part in [1/2, 1)
  if (part < kSqrtHalf) {
    part *= 2;
    --exponent;
  }
  // log(part) = 2 atanh(y), and |y| < 0.172: eleven odd powers are enough.
  const double y = (part - 1) / (part + 1);
  const double square = y * y;
  double sum = 0;
  for (int power = 21; power >= 1; power -= 2) sum = sum * square + 1.0 / power;
  return 2 * y * sum + exponent * kLog2;
}

double portable_exp(double x) {
  if (x < kSmallestExponent) return 0;
  const double turns = std::floor(x / kLog2 + 0.5);
  const double rest = x - turns * kLog2;  // |rest| < 0.35
  double sum = 1;
  for (int term = 16; term >= 1; --term) sum = 1 + sum * rest / term;
  return std::ldexp(sum, static_cast<int>(turns));  // exact
}

double portable_pow(double base, double exponent) {
  if (exponent == 0) return 1;
  if (exponent == 1) return base;
  return portable_exp(exponent * portable_log(base));
}

}  // namespace freshet::bench
