// A set of files' ids: a bit each. The catalogue numbers its files one after the other, so a
// million of them lie close together.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>

#include "node/store/types.h"

namespace freshet::store {

class FileIds {
 public:
  // ---- REQUIRES: the id is that of a row, so above 0
  /// False: it is there already.
  bool insert(FileId file);
  /// False: it is not there.
  bool erase(FileId file);
  [[nodiscard]] bool contains(FileId file) const;

  /// Takes the lowest out.
  std::optional<FileId> pop_lowest();
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr std::size_t kWords = 8;
  static constexpr std::uint64_t kWordBits = 64;
  static constexpr std::uint64_t kChunkBits = kWords * kWordBits;
  using Chunk = std::array<std::uint64_t, kWords>;
  /// Where the bit of an id is.
  struct Place {
    std::uint64_t chunk;
    std::size_t word;
    std::uint64_t bit;
  };
  static Place place_of(FileId file);

  std::map<std::uint64_t, Chunk> chunks_;  ///< none is empty
  std::size_t size_ = 0;
};

}  // namespace freshet::store
