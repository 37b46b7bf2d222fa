// The hash by which nodes tell each other which words they hold. A part of the protocol: all nodes
// compute the same. Not keyed: a word chosen to collide only makes queries pass that need not.
#pragma once

#include <cstdint>
#include <string_view>

#include "node/base/digest.h"

namespace freshet::core {

/// FNV-1a (64 bits), mixed; the upper half.
inline std::uint32_t hash_word(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : word) {
    hash ^= static_cast<unsigned char>(c);
    hash *= 0x100000001B3ULL;
  }
  return static_cast<std::uint32_t>(Digest::mix(hash) >> 32U);
}

}  // namespace freshet::core
