// A 64-bit digest of state, for comparing two runs. Not cryptographic.
#pragma once

#include <cstdint>

#include "node/base/bytes.h"

namespace freshet {

/// Mixes words in order; two Digests may be summed where the order of a container must not show.
class Digest {
 public:
  void add(std::uint64_t word) {
    state_ ^= word + 0x9E3779B97F4A7C15ULL + (state_ << 6U) + (state_ >> 2U);
    state_ = mix(state_);
  }
  void add(ByteView bytes) {
    add(bytes.size());
    std::uint64_t word = 0;
    for (std::size_t i = 0; i < bytes.size(); ++i) {
      word = (word << 8U) | bytes[i];
      if (i % 8 == 7) add(word);
    }
    add(word);
  }
  [[nodiscard]] std::uint64_t value() const { return state_; }

  /// splitmix64's finaliser.
  static std::uint64_t mix(std::uint64_t x) {
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31U);
  }

 private:
  std::uint64_t state_ = 0;
};

}  // namespace freshet
