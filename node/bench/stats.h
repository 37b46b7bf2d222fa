// The statistics that results need: estimates with their uncertainty, percentiles, inequality, and
// tests of a difference. Plain numeric code; knows nothing of searches.
//
// A probability p is that of a difference at least as large as the one seen when there is none in
// truth (two-sided).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace freshet::bench {

/// A mean and half the width of its 95 % confidence interval. nullopt: fewer than two observations.
struct Estimate {
  double mean = 0;
  std::optional<double> ci95;
};

/// Within [0, 1].
struct Interval {
  double low = 0;
  double high = 1;
};

/// 0 for an empty span.
double mean_of(std::span<const double> values);
/// Of a sample (n - 1). 0 for fewer than two.
double variance_of(std::span<const double> values);

/// Mean and Student's t interval over `values`, taken as independent.
Estimate estimate(std::span<const double> values);

/// The value below which the share `p` (in [0, 1]) of `sorted` lies, by linear interpolation
/// between the closest ranks (Hyndman and Fan's type 7). nullopt for an empty span. REQUIRES:
/// ascending.
std::optional<double> percentile(std::span<const double> sorted, double p);

/// Gini's coefficient: 0 when all are equal, towards 1 when one has all. 0 when there is nothing.
/// REQUIRES: ascending, none negative.
double gini(std::span<const double> sorted);

/// Wilson's 95 % score interval of a share. REQUIRES: successes <= trials.
Interval wilson(std::uint64_t successes, std::uint64_t trials);

/// What Student's t distribution says of |t| at `df` degrees of freedom: P(|T| >= |t|).
double student_t_p(double t, double df);
/// The t with P(|T| >= t) = 0.05, to ten digits: further ones would be those of this machine's
/// mathematical library. REQUIRES: df > 0.
double student_t_95(double df);
/// P(|Z| >= |z|) of the normal distribution.
double normal_p(double z);

/// Welch's t-test of two means. nullopt when a side has fewer than two values.
std::optional<double> welch_p(std::span<const double> a, std::span<const double> b);
/// t-test of the mean of differences of pairs. nullopt for fewer than two.
std::optional<double> paired_p(std::span<const double> differences);

struct Share {
  std::uint64_t successes = 0;
  std::uint64_t trials = 0;
};
/// Test of two shares, the variance pooled. nullopt when a side has no trial.
std::optional<double> two_proportion_p(Share a, Share b);
/// McNemar's exact test of pairs: how many succeeded on one side only.
double mcnemar_p(std::uint64_t only_a, std::uint64_t only_b);

/// The regularised incomplete beta function I_x(a, b). REQUIRES: a, b > 0, x in [0, 1].
double incomplete_beta(double a, double b, double x);

}  // namespace freshet::bench
