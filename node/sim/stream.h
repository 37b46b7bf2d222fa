// A fast stream of random numbers, for what is drawn with every message: xoshiro256++ (Blackman and
// Vigna, "Scrambled Linear Pseudorandom Number Generators", 2019), seeded from a named fork of the
// simulation's seed. Integers only: the same on every machine and in every build. Guessable, so
// never for what a node draws.
#pragma once

#include <array>
#include <bit>
#include <cstdint>

#include "node/base/rng.h"

namespace freshet::sim {

class Stream {
 public:
  explicit Stream(Rng rng) {
    for (std::uint64_t& word : state_) word = rng.next_u64();
  }

  std::uint64_t next() {
    const std::uint64_t drawn = std::rotl(state_[0] + state_[3], 23) + state_[0];
    const std::uint64_t shifted = state_[1] << 17U;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return drawn;
  }
  /// Uniform in [0, bound), with a bias below bound / 2^64. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound) {
    __extension__ using Wide = unsigned __int128;
    return static_cast<std::uint64_t>((static_cast<Wide>(next()) * bound) >> 64U);
  }
  /// Uniform in [0, 1).
  double unit() { return static_cast<double>(next() >> 11U) * 0x1.0p-53; }
  /// True with probability `share`.
  bool chance(double share) { return unit() < share; }

 private:
  std::array<std::uint64_t, 4> state_{};
};

}  // namespace freshet::sim
