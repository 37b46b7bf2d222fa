#include "node/bench/stats.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "node/base/check.h"

namespace freshet::bench {
namespace {

constexpr double kZ95 = 1.959963984540054;  // the normal distribution's 97.5 % point

// Stirling's series (DLMF 5.11.1); its error is below 1e-16 from kLarge on, and the recurrence
// leads there. The standard's lgamma writes a global variable.
double log_gamma(double x) {
  static constexpr double kLarge = 12;
  double shift = 0;
  while (x < kLarge) {
    shift += std::log(x);
    x += 1;
  }
  const double inverse = 1 / (x * x);
  const double series =
      (1.0 / 12
       - inverse * (1.0 / 360 - inverse * (1.0 / 1260 - inverse * (1.0 / 1680 - inverse / 1188))))
      / x;
  return (x - 0.5) * std::log(x) - x + 0.5 * std::log(2 * std::numbers::pi) + series - shift;
}

// The continued fraction of the incomplete beta function (DLMF 8.17.22), by Lentz's method.
double beta_fraction(double a, double b, double x) {
  static constexpr double kTiny = 1e-300;
  static constexpr int kMaxSteps = 10'000;
  const auto away_from_zero = [](double v) {
    return std::abs(v) < kTiny ? kTiny : v;
  };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m <= kMaxSteps; ++m) {
    const double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < std::numeric_limits<double>::epsilon()) break;
  }
  return fraction;
}

// What a difference says when nothing varies at all: it is certain, or there is none.
double p_without_variance(double difference) {
  return difference == 0 ? 1.0 : 0.0;
}

}  // namespace

double incomplete_beta(double a, double b, double x) {
  FRESHET_CHECK(a > 0 && b > 0 && x >= 0 && x <= 1);
  if (x == 0 || x == 1) return x;
  const double front = std::exp(a * std::log(x) + b * std::log1p(-x) + log_gamma(a + b)
                                - log_gamma(a) - log_gamma(b));
  // The fraction converges fast on this side of the mean only.
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, 1 - x) / b;
}

double mean_of(std::span<const double> values) {
  if (values.empty()) return 0;
  double sum = 0;
  for (const double v : values) sum += v;
  return sum / static_cast<double>(values.size());
}

double variance_of(std::span<const double> values) {
  if (values.size() < 2) return 0;
  const double mean = mean_of(values);
  double squares = 0;
  for (const double v : values) squares += (v - mean) * (v - mean);
  return squares / static_cast<double>(values.size() - 1);
}

Estimate estimate(std::span<const double> values) {
  Estimate result{.mean = mean_of(values), .ci95 = std::nullopt};
  if (values.size() < 2) return result;
  const auto n = static_cast<double>(values.size());
  result.ci95 = student_t_95(n - 1) * std::sqrt(variance_of(values) / n);
  return result;
}

std::optional<double> percentile(std::span<const double> sorted, double p) {
  FRESHET_CHECK(p >= 0 && p <= 1);
  if (sorted.empty()) return std::nullopt;
  const double rank = p * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (rank - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

double gini(std::span<const double> sorted) {
  double sum = 0;
  double weighted = 0;
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    sum += sorted[i];
    weighted += static_cast<double>(i + 1) * sorted[i];
  }
  if (sum <= 0) return 0;
  const auto n = static_cast<double>(sorted.size());
  return std::max(0.0, 2 * weighted / (n * sum) - (n + 1) / n);
}

Interval wilson(std::uint64_t successes, std::uint64_t trials) {
  FRESHET_CHECK(successes <= trials);
  if (trials == 0) return {};
  const auto n = static_cast<double>(trials);
  const double share = static_cast<double>(successes) / n;
  const double z2 = kZ95 * kZ95;
  const double centre = (share + z2 / (2 * n)) / (1 + z2 / n);
  const double half = kZ95 / (1 + z2 / n) * std::sqrt(share * (1 - share) / n + z2 / (4 * n * n));
  // At the ends the bound is exact; rounding must not move it.
  return {.low = successes == 0 ? 0 : std::max(0.0, centre - half),
          .high = successes == trials ? 1 : std::min(1.0, centre + half)};
}

double student_t_p(double t, double df) {
  if (std::isinf(t)) return 0;
  return incomplete_beta(df / 2, 0.5, df / (df + t * t));
}

double student_t_95(double df) {
  FRESHET_CHECK(df > 0);
  static constexpr int kHalvings = 200;
  double low = 0;
  double high = 1000;  // df = 1 has the widest tails: 12.7
  for (int i = 0; i < kHalvings && low < high; ++i) {
    const double middle = (low + high) / 2;
    (student_t_p(middle, df) > 0.05 ? low : high) = middle;
    if (high - low < 1e-13 * high) break;
  }
  static constexpr double kDigits = 1e9;
  return std::round((low + high) / 2 * kDigits) / kDigits;
}

double normal_p(double z) {
  return std::erfc(std::abs(z) / std::numbers::sqrt2);
}

std::optional<double> welch_p(std::span<const double> a, std::span<const double> b) {
  if (a.size() < 2 || b.size() < 2) return std::nullopt;
  const double difference = mean_of(a) - mean_of(b);
  const auto na = static_cast<double>(a.size());
  const auto nb = static_cast<double>(b.size());
  const double va = variance_of(a) / na;
  const double vb = variance_of(b) / nb;
  if (va + vb == 0) return p_without_variance(difference);
  // Welch and Satterthwaite's degrees of freedom.
  const double df = (va + vb) * (va + vb) / (va * va / (na - 1) + vb * vb / (nb - 1));
  return student_t_p(difference / std::sqrt(va + vb), df);
}

std::optional<double> paired_p(std::span<const double> differences) {
  if (differences.size() < 2) return std::nullopt;
  const double mean = mean_of(differences);
  const auto n = static_cast<double>(differences.size());
  const double variance = variance_of(differences) / n;
  if (variance == 0) return p_without_variance(mean);
  return student_t_p(mean / std::sqrt(variance), n - 1);
}

std::optional<double> two_proportion_p(Share a, Share b) {
  if (a.trials == 0 || b.trials == 0) return std::nullopt;
  const auto na = static_cast<double>(a.trials);
  const auto nb = static_cast<double>(b.trials);
  const double difference =
      static_cast<double>(a.successes) / na - static_cast<double>(b.successes) / nb;
  const double pooled = static_cast<double>(a.successes + b.successes) / (na + nb);
  const double variance = pooled * (1 - pooled) * (1 / na + 1 / nb);
  if (variance <= 0) return p_without_variance(difference);
  return normal_p(difference / std::sqrt(variance));
}

double mcnemar_p(std::uint64_t only_a, std::uint64_t only_b) {
  if (only_a == only_b) return 1;
  // Twice the lower tail of Binomial(n, 1/2): P(X <= k) = I_{1/2}(n - k, k + 1).
  const auto n = static_cast<double>(only_a + only_b);
  const auto k = static_cast<double>(std::min(only_a, only_b));
  return std::min(1.0, 2 * incomplete_beta(n - k, k + 1, 0.5));
}

}  // namespace freshet::bench
