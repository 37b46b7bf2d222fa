// Statistics against values that SciPy 1.10 computes, and against their own definitions.
#include "node/bench/stats.h"

#include <array>
#include <vector>

#include <doctest/doctest.h>

namespace freshet::bench {
namespace {

using doctest::Approx;

Approx close_to(double value) {
  return Approx(value).epsilon(1e-9);
}

TEST_CASE("Student's t has the published 95 % points") {
  CHECK(student_t_95(1) == close_to(12.706204736432095));
  CHECK(student_t_95(2) == close_to(4.302652729911275));
  CHECK(student_t_95(9) == close_to(2.2621571627409915));
  CHECK(student_t_95(30) == close_to(2.0422724563012373));
  CHECK(student_t_95(1e6) == close_to(1.9599663568141066));
}

TEST_CASE("Student's t has the right tails, also at a fraction of a degree of freedom") {
  CHECK(student_t_p(2.5, 7.3) == close_to(0.039650234665600415));
  CHECK(student_t_p(-0.1, 3) == close_to(0.9266523488008058));
  CHECK(student_t_p(6, 40) == close_to(4.726455132788183e-07));
  CHECK(student_t_p(0, 5) == 1);
}

TEST_CASE("The incomplete beta function agrees on both sides of its mean") {
  CHECK(incomplete_beta(2.5, 0.5, 0.3) == close_to(0.01892712407194565));
  CHECK(incomplete_beta(5, 3, 0.9) == close_to(0.9743085));
  CHECK(incomplete_beta(500, 700, 0.4) == close_to(0.12051628908953421));
  CHECK(incomplete_beta(2, 2, 0) == 0);
  CHECK(incomplete_beta(2, 2, 1) == 1);
}

TEST_CASE("An estimate is the mean with Student's half width") {
  const std::array values{2.0, 4.0, 4.0, 4.0, 5.0};
  const Estimate found = estimate(values);
  CHECK(found.mean == close_to(3.8));
  REQUIRE(found.ci95);
  CHECK(*found.ci95 == close_to(1.3601747613165138));
}

TEST_CASE("One observation has a mean and no interval") {
  const std::array values{7.0};
  CHECK(estimate(values).mean == 7);
  CHECK_FALSE(estimate(values).ci95);
  CHECK_FALSE(estimate({}).ci95);
}

TEST_CASE("Percentiles interpolate between ranks") {
  const std::array values{1.0, 2.0, 3.0, 4.0};
  CHECK(percentile(values, 0) == 1);
  CHECK(percentile(values, 0.5) == 2.5);
  CHECK(*percentile(values, 0.95) == close_to(3.85));
  CHECK(percentile(values, 1) == 4);
  CHECK_FALSE(percentile({}, 0.5));
}

TEST_CASE("Gini is 0 when all are equal and (n - 1) / n when one has all") {
  CHECK(gini(std::array{3.0, 3.0, 3.0, 3.0}) == close_to(0));
  CHECK(gini(std::array{0.0, 0.0, 0.0, 8.0}) == close_to(0.75));
  CHECK(gini(std::array{1.0, 2.0, 3.0, 4.0}) == close_to(0.25));
  CHECK(gini(std::array{0.0, 0.0}) == 0);
  CHECK(gini({}) == 0);
}

TEST_CASE("Wilson's interval holds at the ends and in the middle") {
  CHECK(wilson(8, 10).low == close_to(0.4901624715366418));
  CHECK(wilson(8, 10).high == close_to(0.9433178485456248));
  CHECK(wilson(450, 500).low == close_to(0.8705780903680599));
  CHECK(wilson(0, 20).low == 0);
  CHECK(wilson(0, 20).high == close_to(0.16112515805281935));
  CHECK(wilson(20, 20).low == close_to(0.8388748419471808));
  CHECK(wilson(20, 20).high == 1);
  CHECK(wilson(0, 0).low == 0);
  CHECK(wilson(0, 0).high == 1);
}

const std::vector<double> kOne{
    27.5, 21.0, 19.0, 23.6, 17.0, 17.9, 16.9, 20.1, 21.9, 22.6, 23.1, 19.6, 19.0, 21.7, 21.4};
const std::vector<double> kOther{
    27.1, 22.0, 20.8, 23.4, 23.4, 23.5, 25.8, 22.0, 24.8, 20.2, 21.9, 22.1, 22.9, 20.5, 24.4};

TEST_CASE("Welch's test agrees with SciPy") {
  CHECK(*welch_p(kOne, kOther) == close_to(0.021378001462866985));
  CHECK(*welch_p(kOther, kOne) == close_to(0.021378001462866985));
}

TEST_CASE("The paired test agrees with SciPy") {
  std::vector<double> differences;
  for (std::size_t i = 0; i < kOne.size(); ++i) differences.push_back(kOther[i] - kOne[i]);
  CHECK(*paired_p(differences) == close_to(0.01774602166948074));
}

TEST_CASE("Where nothing varies a difference is certain and no difference is none") {
  const std::array ones{1.0, 1.0, 1.0};
  const std::array twos{2.0, 2.0};
  CHECK(welch_p(ones, twos) == 0);
  CHECK(welch_p(ones, ones) == 1);
  CHECK(paired_p(ones) == 0);
  CHECK(paired_p(std::array{0.0, 0.0}) == 1);
}

TEST_CASE("A test of one value says nothing") {
  CHECK_FALSE(welch_p(std::array{1.0}, kOne));
  CHECK_FALSE(paired_p(std::array{1.0}));
  CHECK_FALSE(two_proportion_p({.successes = 0, .trials = 0}, {.successes = 1, .trials = 2}));
}

TEST_CASE("Shares are compared with the pooled variance") {
  CHECK(*two_proportion_p({.successes = 45, .trials = 100}, {.successes = 30, .trials = 100})
        == close_to(0.02845973691631055));
  CHECK(two_proportion_p({.successes = 9, .trials = 9}, {.successes = 5, .trials = 5}) == 1);
}

TEST_CASE("McNemar's test is the exact binomial one, also for many pairs") {
  CHECK(mcnemar_p(3, 12) == close_to(0.03515625));
  CHECK(mcnemar_p(5200, 4800) == close_to(6.593515598672341e-05));
  CHECK(mcnemar_p(4, 4) == 1);
  CHECK(mcnemar_p(0, 0) == 1);
  CHECK(mcnemar_p(0, 5) == close_to(0.0625));
}

}  // namespace
}  // namespace freshet::bench
