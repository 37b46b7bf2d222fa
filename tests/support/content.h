// Bytes of a content that tests make up: the same everywhere, for names of torrents are in tests.
#pragma once

#include <cstddef>

#include "node/base/bytes.h"

namespace freshet::testing {

/// Others for another `seed`.
inline Bytes content_of(std::size_t size, std::size_t seed = 0) {
  Bytes bytes(size);
  for (std::size_t i = 0; i < size; ++i)
    bytes[i] = static_cast<Byte>((i * 7 + i / 251 + seed) & 0xFFU);
  return bytes;
}

}  // namespace freshet::testing
