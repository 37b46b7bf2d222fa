// Memory in which pieces are assembled, used again and again while something is fetched: a fresh
// buffer a piece would have the kernel clear and map every page of the file once more. On the io
// thread.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <utility>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/check.h"

namespace freshet::io {

/// Bytes that are nothing until they are written: of a large piece only what came is in memory.
class PieceBuffer {
 public:
  explicit PieceBuffer(std::size_t capacity)
      : bytes_(std::make_unique_for_overwrite<Byte[]>(capacity)),
        capacity_(capacity) {}

  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] ByteView view() const { return {bytes_.get(), size_}; }
  /// REQUIRES: size <= capacity().
  void resize(std::size_t size) {
    FRESHET_CHECK(size <= capacity_);
    size_ = size;
  }
  /// REQUIRES: it fits.
  void put(std::size_t at, ByteView bytes) {
    FRESHET_CHECK(at <= size_ && bytes.size() <= size_ - at);
    std::copy(bytes.begin(), bytes.end(), bytes_.get() + at);
  }

 private:
  std::unique_ptr<Byte[]> bytes_;
  std::size_t capacity_;
  std::size_t size_ = 0;
};

class PieceBuffers {
 public:
  using Buffer = std::shared_ptr<PieceBuffer>;

  /// `size` bytes, of any content; no more than twice as many are held for them.
  Buffer take(std::size_t size) {
    const auto fits = std::find_if(spare_.begin(), spare_.end(), [&](const Buffer& spare) {
      return spare->capacity() >= size && spare->capacity() / 2 <= size;
    });
    Buffer buffer = fits == spare_.end() ? std::make_shared<PieceBuffer>(size) : std::move(*fits);
    if (fits != spare_.end())
      spare_.erase(fits);
    else if (!spare_.empty())
      spare_.pop_back();  // another size is wanted now
    buffer->resize(size);
    return buffer;
  }
  /// REQUIRES: nobody looks at its bytes any longer. Others may still hold the pointer.
  void give_back(Buffer buffer) { spare_.push_back(std::move(buffer)); }
  /// Nothing is fetched: the memory goes back to the system.
  void clear() { spare_ = {}; }

 private:
  std::vector<Buffer> spare_;  ///< no more than were out at one time
};

}  // namespace freshet::io
