// Names of files, one after the other in large chunks: what a million of them cost is their bytes.
// A name that is dropped leaves a hole; the owner moves the rest to a new pool when there are too
// many.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

namespace freshet::store {

class NamePool {
 public:
  static constexpr std::size_t kMaxNameBytes = UINT16_MAX;

  struct Place {
    std::uint32_t chunk = 0;
    std::uint16_t offset = 0;
    std::uint16_t length = 0;
  };

  /// REQUIRES: name.size() <= kMaxNameBytes.
  Place add(std::string_view name);
  void drop(Place place) { dropped_bytes_ += place.length; }
  [[nodiscard]] std::string_view operator[](Place place) const {
    return {chunks_[place.chunk].get() + place.offset, place.length};
  }
  /// More of it is holes than names.
  [[nodiscard]] bool is_worn() const {
    return dropped_bytes_ > kChunkBytes && dropped_bytes_ * 2 > chunks_.size() * kChunkBytes;
  }
  [[nodiscard]] std::size_t memory_bytes() const { return chunks_.size() * kChunkBytes; }

 private:
  static constexpr std::size_t kChunkBytes = std::size_t{UINT16_MAX} + 1;

  std::vector<std::unique_ptr<char[]>> chunks_;  // NOLINT(modernize-avoid-c-arrays): bytes alone
  std::size_t used_ = kChunkBytes;               ///< of the last chunk
  std::size_t dropped_bytes_ = 0;
};

}  // namespace freshet::store
