#include "node/bench/swarm/population.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "node/base/rng.h"
#include "node/bench/draw.h"

namespace freshet::bench {
namespace {

struct Quantile {
  double share;
  double rate;  ///< bytes a second
};
constexpr std::array<Quantile, 8> kUp = {{{0.0, 10e3},
                                          {0.15, 20e3},
                                          {0.4, 50e3},
                                          {0.65, 100e3},
                                          {0.8, 200e3},
                                          {0.9, 400e3},
                                          {0.97, 1000e3},
                                          {1.0, 3000e3}}};
constexpr std::uint64_t kLeastDown = 200'000;

template <typename T>
void shuffle(std::vector<T>& values, Rng& rng) {
  for (std::size_t i = values.size(); i > 1; --i) std::swap(values[i - 1], values[rng.below(i)]);
}

std::vector<PeerClass> classes_of(const SwarmSpec& spec, Rng rng) {
  const auto count = [&](double share) {
    return static_cast<std::size_t>(std::llround(share * spec.leechers));
  };
  std::vector<PeerClass> classes(spec.leechers, PeerClass::honest);
  const std::size_t free = std::min(count(spec.free_riders), classes.size());
  const std::size_t strategic = std::min(count(spec.strategic), classes.size() - free);
  std::fill_n(classes.begin(), free, PeerClass::free_rider);
  std::fill_n(classes.begin() + static_cast<std::ptrdiff_t>(free), strategic, PeerClass::strategic);
  shuffle(classes, rng);
  return classes;
}

std::uint64_t rate_of(const CapacitySpec& spec, std::uint64_t skewed) {
  return spec.is_skewed ? skewed : spec.rate;
}

void give_capacities(std::vector<SwarmPeer>& peers, const SwarmSpec& spec, Rng rng) {
  for (const PeerClass what : {PeerClass::honest, PeerClass::free_rider, PeerClass::strategic}) {
    std::vector<SwarmPeer*> members;
    for (SwarmPeer& peer : peers) {
      if (peer.what == what) members.push_back(&peer);
    }
    shuffle(members, rng);
    for (std::size_t i = 0; i < members.size(); ++i) {
      const double share = (static_cast<double>(i) + 0.5) / static_cast<double>(members.size());
      const std::uint64_t up = skewed_up(share);
      members[i]->up = rate_of(spec.up, up);
      members[i]->down = rate_of(spec.down, skewed_down(up));
    }
  }
}

}  // namespace

std::uint64_t skewed_up(double share) {
  for (std::size_t i = 1; i < kUp.size(); ++i) {
    if (share > kUp[i].share) continue;
    const Quantile& a = kUp[i - 1];
    const Quantile& b = kUp[i];
    const double part = (share - a.share) / (b.share - a.share);
    return static_cast<std::uint64_t>(a.rate + part * (b.rate - a.rate));
  }
  return static_cast<std::uint64_t>(kUp.back().rate);
}

std::uint64_t skewed_down(std::uint64_t up) {
  return std::max(4 * up, kLeastDown);
}

std::vector<SwarmPeer> draw_swarm(const SwarmSpec& spec, std::uint64_t seed) {
  const Rng rng = Rng::from_seed(seed);
  std::vector<SwarmPeer> peers(spec.seeds, {.what = PeerClass::seed, .up = spec.seed_up});
  for (const PeerClass what : classes_of(spec, rng.fork("classes")))
    peers.push_back({.what = what});
  give_capacities(peers, spec, rng.fork("capacities"));
  Rng arrivals = rng.fork("arrivals");
  Duration at{};
  for (SwarmPeer& peer : peers) {
    if (peer.what == PeerClass::seed || spec.arrival == Duration{}) continue;
    peer.arrives = at;
    at += draw_exponential(arrivals, spec.arrival);
  }
  return peers;
}

}  // namespace freshet::bench
