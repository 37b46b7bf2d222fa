#include "node/bench/draw.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "node/base/check.h"
#include "node/bench/portable_math.h"

namespace freshet::bench {
namespace {

/// Membership among the numbers below a bound.
class Marks {
 public:
  explicit Marks(std::size_t bound) : marks_(bound) {}
  /// False: it was marked.
  bool mark(std::size_t at) {
    if (marks_[at]) return false;
    marks_[at] = true;
    return true;
  }
  [[nodiscard]] bool has(std::size_t at) const { return marks_[at]; }

 private:
  std::vector<bool> marks_;
};

// The longest virtual time that a draw may give, in means.
constexpr double kMostMeans = 50;

}  // namespace

std::vector<double> zipf_weights(std::size_t count, double exponent) {
  std::vector<double> weights(count);
  for (std::size_t i = 0; i < count; ++i)
    weights[i] = 1 / portable_pow(static_cast<double>(i + 1), exponent);
  return weights;
}

WeightedDraw::WeightedDraw(const std::vector<double>& weights) : sums_(weights.size()) {
  double sum = 0;
  for (std::size_t i = 0; i < weights.size(); ++i) sums_[i] = sum += weights[i];
  FRESHET_CHECK(sum > 0);
}

std::size_t WeightedDraw::draw(Rng& rng) const {
  const double at = rng.unit() * sums_.back();
  const auto found = std::upper_bound(sums_.begin(), sums_.end(), at);
  return std::min(static_cast<std::size_t>(found - sums_.begin()), sums_.size() - 1);
}

Duration draw_exponential(Rng& rng, Duration mean) {
  const double means = std::min(-portable_log(1 - rng.unit()), kMostMeans);
  const double length = static_cast<double>(mean.count()) * means;
  return Duration(std::max<std::int64_t>(std::llround(length), 1));
}

std::vector<std::uint32_t> draw_distinct(Rng& rng, std::uint32_t bound, std::uint32_t count) {
  FRESHET_CHECK(count <= bound);
  const bool inverse = count > bound / 2;  // then it is quicker to draw what is left out
  Marks marks(bound);
  std::vector<std::uint32_t> drawn;
  drawn.reserve(count);
  for (std::uint32_t left = inverse ? bound - count : count; left > 0;) {
    const auto number = static_cast<std::uint32_t>(rng.below(bound));
    if (!marks.mark(number)) continue;
    --left;
    if (!inverse) drawn.push_back(number);
  }
  if (inverse) {
    for (std::uint32_t number = 0; number < bound; ++number) {
      if (!marks.has(number)) drawn.push_back(number);
    }
  }
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

std::vector<std::uint32_t> draw_distinct_weighted(Rng& rng,
                                                  const std::vector<double>& weights,
                                                  const WeightedDraw& draw,
                                                  std::uint32_t count) {
  FRESHET_CHECK(count <= weights.size());
  Marks marks(weights.size());
  std::vector<std::uint32_t> drawn;
  drawn.reserve(count);
  // Drawn again when it is there: right, and quick until the heavy ones are all taken.
  for (std::size_t tries = std::size_t{4} * count; drawn.size() < count && tries > 0; --tries) {
    const std::size_t number = draw.draw(rng);
    if (marks.mark(number)) drawn.push_back(static_cast<std::uint32_t>(number));
  }
  // The rest at once, each with a key that is exponential with its weight as rate: those with the
  // smallest keys are the ones that would be drawn (Efraimidis and Spirakis, 2006).
  const std::size_t missing = count - drawn.size();
  std::vector<std::pair<double, std::uint32_t>> keys;
  for (std::uint32_t number = 0; missing > 0 && number < weights.size(); ++number) {
    if (!marks.has(number))
      keys.emplace_back(-portable_log(1 - rng.unit()) / weights[number], number);
  }
  if (missing > 0) {
    std::nth_element(
        keys.begin(), keys.begin() + static_cast<std::ptrdiff_t>(missing - 1), keys.end());
  }
  for (std::size_t i = 0; i < missing; ++i) drawn.push_back(keys[i].second);
  std::sort(drawn.begin(), drawn.end());
  return drawn;
}

}  // namespace freshet::bench
