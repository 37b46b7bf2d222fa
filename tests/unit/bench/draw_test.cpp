// Draws and the mathematics below them: right, and the same on every machine.
#include "node/bench/draw.h"

#include <algorithm>
#include <cmath>

#include <doctest/doctest.h>

#include "node/bench/portable_math.h"

namespace freshet::bench {

TEST_CASE("logarithm, exponential and power agree with the C library's to 13 digits") {
  Rng rng = Rng::from_seed(3);
  for (int i = 0; i < 2000; ++i) {
    const double x = std::ldexp(rng.unit() + 1e-9, static_cast<int>(rng.below(120)) - 60);
    CHECK(portable_log(x) == doctest::Approx(std::log(x)).epsilon(1e-13));
    const double y = (rng.unit() - 0.5) * 600;
    CHECK(portable_exp(y) == doctest::Approx(std::exp(y)).epsilon(1e-12));
    const double power = rng.unit() * 4;
    CHECK(portable_pow(1 + rng.unit() * 1000, -power) > 0);
  }
  CHECK(portable_log(1) == 0);
  CHECK(portable_exp(0) == 1);
  CHECK(portable_exp(-1000) == 0);
  CHECK(portable_pow(7, 0) == 1);
  CHECK(portable_pow(7, 1) == 7);
  CHECK(portable_pow(2, 10) == doctest::Approx(1024).epsilon(1e-13));
}

TEST_CASE("Zipf's second rank is drawn half as often as the first, and the third a third") {
  const WeightedDraw draw(zipf_weights(100, 1));
  Rng rng = Rng::from_seed(5);
  std::vector<int> times(100);
  for (int i = 0; i < 200'000; ++i) ++times[draw.draw(rng)];
  const double first = times[0];
  CHECK(first == doctest::Approx(200'000 / 5.1874).epsilon(0.02));
  CHECK(times[1] / first == doctest::Approx(0.5).epsilon(0.05));
  CHECK(times[2] / first == doctest::Approx(1.0 / 3).epsilon(0.05));
}

TEST_CASE("what weighs nothing is never drawn") {
  const WeightedDraw draw({0, 1, 0, 2, 0});
  Rng rng = Rng::from_seed(6);
  for (int i = 0; i < 1000; ++i) {
    const std::size_t drawn = draw.draw(rng);
    CHECK((drawn == 1 || drawn == 3));
  }
}

TEST_CASE("exponential times have their mean, and are never zero") {
  Rng rng = Rng::from_seed(7);
  double sum = 0;
  for (int i = 0; i < 50'000; ++i) {
    const Duration time = draw_exponential(rng, std::chrono::seconds(10));
    CHECK(time > Duration{});
    sum += static_cast<double>(time.count()) / 1e9;
  }
  CHECK(sum / 50'000 == doctest::Approx(10).epsilon(0.02));
}

TEST_CASE("distinct draws are distinct, ascending, and even") {
  Rng rng = Rng::from_seed(8);
  std::vector<int> times(20);
  for (int i = 0; i < 20'000; ++i) {
    const auto drawn = draw_distinct(rng, 20, i % 2 == 0 ? 3 : 17);
    CHECK(std::adjacent_find(drawn.begin(), drawn.end(), std::greater_equal<>()) == drawn.end());
    for (const std::uint32_t number : drawn) ++times[number];
  }
  for (const int each : times) CHECK(each == doctest::Approx(10'000).epsilon(0.05));
  CHECK(draw_distinct(rng, 5, 5) == std::vector<std::uint32_t>{0, 1, 2, 3, 4});
  CHECK(draw_distinct(rng, 5, 0).empty());
}

TEST_CASE("weighted distinct draws prefer the heavy, however many are drawn") {
  Rng rng = Rng::from_seed(9);
  const auto weights = zipf_weights(10, 1);
  const WeightedDraw draw(weights);
  // Two of ten without replacement: sequential draws by hand as the reference.
  std::vector<double> expected(10);
  double total = 0;
  for (const double weight : weights) total += weight;
  for (std::size_t a = 0; a < 10; ++a) {
    expected[a] += weights[a] / total;
    for (std::size_t b = 0; b < 10; ++b) {
      if (a != b) expected[b] += weights[a] / total * weights[b] / (total - weights[a]);
    }
  }
  std::vector<double> times(10);
  for (int i = 0; i < 40'000; ++i) {
    for (const std::uint32_t number : draw_distinct_weighted(rng, weights, draw, 2))
      times[number] += 1.0 / 40'000;
  }
  for (std::size_t i = 0; i < 10; ++i)
    CHECK(times[i] == doctest::Approx(expected[i]).epsilon(0.05));
  CHECK(draw_distinct_weighted(rng, weights, draw, 10).size() == 10);
  const auto steep = zipf_weights(1000, 5);
  CHECK(draw_distinct_weighted(rng, steep, WeightedDraw(steep), 900).size() == 900);
}

}  // namespace freshet::bench
