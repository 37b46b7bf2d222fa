#include "node/io/testbed/delay_draw.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "node/base/tie_break.h"

namespace freshet::io::testbed {
namespace {

constexpr Duration kLongest = std::chrono::minutes(10);  ///< as in the simulator

Delay of_link(const Setup& setup, std::uint32_t from, std::uint32_t to) {
  Delay delay = setup.delay;
  if (setup.breaks_ties && delay.kind == Delay::Kind::constant)
    delay.low += tie_break(delay.low, from, to);
  return delay;
}

}  // namespace

DelayDraw::DelayDraw(const Setup& setup, std::uint32_t from, std::uint32_t to)
    : delay_(of_link(setup, from, to)),
      rng_(Rng::from_seed(setup.seed).fork("testbed links").fork(from).fork(to)) {}

// Box and Muller's.
double DelayDraw::normal() {
  const double radius = std::sqrt(-2 * std::log(1 - rng_.unit()));
  return radius * std::cos(2 * std::numbers::pi * rng_.unit());
}

Duration DelayDraw::next() {
  switch (delay_.kind) {
    case Delay::Kind::none:
      return {};
    case Delay::Kind::constant:
      return delay_.low;
    case Delay::Kind::uniform:
      return delay_.low
             + Duration{static_cast<std::int64_t>(
                 rng_.below(static_cast<std::uint64_t>((delay_.high - delay_.low).count()) + 1))};
    case Delay::Kind::lognormal:
      break;
  }
  const double drawn = static_cast<double>(delay_.low.count()) * std::exp(delay_.sigma * normal());
  return Duration{
      static_cast<std::int64_t>(std::min(drawn, static_cast<double>(kLongest.count())))};
}

}  // namespace freshet::io::testbed
