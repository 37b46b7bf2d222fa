// The one source of randomness below the host: ChaCha20 (RFC 8439) under a key. The daemon keys it
// from the operating system, so nobody can guess the next GUID; the simulator keys it from its
// seed, so a run repeats exactly.
#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "node/base/bytes.h"
#include "node/base/ids.h"

namespace freshet {

/// A keyed generator of 40 bytes. Each draw costs one ChaCha20 block (about 0.1 us).
class Rng {
 public:
  using Key = std::array<Byte, 32>;
  using Block = std::array<Byte, 64>;

  explicit Rng(const Key& key) : key_(key) {}
  /// For simulations and tests: the key is the seed. Guessable.
  static Rng from_seed(std::uint64_t seed);

  /// A generator of its own for one user, apart from this one's draws: forks by different names are
  /// independent, and the same name gives the same fork however much was drawn.
  [[nodiscard]] Rng fork(std::string_view name) const;
  [[nodiscard]] Rng fork(std::uint64_t index) const;

  std::uint64_t next_u64();
  /// Uniform in [0, bound), unbiased. REQUIRES: bound > 0.
  std::uint64_t below(std::uint64_t bound);
  /// Uniform in [0, 1).
  double unit();
  Guid guid();

  /// One keystream block (RFC 8439 section 2.3), with the 64-bit counter and 64-bit nonce of the
  /// original ChaCha.
  static Block chacha20_block(const Key& key, std::uint64_t counter, std::uint64_t nonce);

 private:
  Block next_block();

  Key key_;
  std::uint64_t counter_ = 0;
};

}  // namespace freshet
