#include "node/io/net/trickle.h"

#include <algorithm>

namespace freshet::io {

Trickle::Trickle(const Config& config, TimePoint now, Rng& rng) : config_(config) {
  reset(now, rng);
}

void Trickle::reset(TimePoint now, Rng& rng) {
  introduced_ = false;
  begin_interval(now, config_.shortest, rng);
}

void Trickle::begin_interval(TimePoint at, Duration length, Rng& rng) {
  length_ = length;
  const Duration half = length / 2;
  const auto spread = std::max<Duration::rep>(1, (length - half).count());
  speaks_ = at + half
            + Duration(static_cast<Duration::rep>(rng.below(static_cast<std::uint64_t>(spread))));
  ends_ = at + length;
  heard_ = 0;
  had_turn_ = false;
}

Trickle::Turn Trickle::advance(TimePoint now, Rng& rng) {
  if (now < due()) return Turn::none;
  Turn turn = Turn::none;
  if (!had_turn_) {
    had_turn_ = true;
    turn = introduced_ && heard_ >= config_.redundancy ? Turn::silent : Turn::speak;
    introduced_ = true;
  }
  if (now >= ends_) {
    const Duration longest = config_.shortest * (std::int64_t{1} << config_.doublings);
    begin_interval(now, std::min(length_ * 2, longest), rng);
  }
  return turn;
}

}  // namespace freshet::io
