// What the writer and the reader of an index's image share (index_image.h).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "node/core/search/index_terms.h"

namespace freshet::core::search {

enum class ImageSection : std::uint8_t {
  text,
  offsets,
  buckets,
  sorted,
  firsts,
  runs,
  deltas,
  skipping,
  skips,
  starts,
  tokens,
  end,
};
inline constexpr auto kImageSections = static_cast<std::size_t>(ImageSection::end);
inline constexpr std::size_t kImageAlignment = 8;

struct ImageFooter {
  std::uint64_t version = 0;
  std::uint64_t hash_key = 0;
  std::uint32_t terms = 0;
  std::uint32_t slots = 0;
  struct Place {
    std::uint64_t at = 0;
    std::uint64_t bytes = 0;
  };
  std::array<Place, kImageSections> sections = {};
};

/// A word with skips.
struct ImageSkipping {
  TermNumber term = 0;
  std::uint32_t first = 0;  ///< in skips
};

}  // namespace freshet::core::search
