// Memory in which pieces are assembled, used again and again while something is fetched: a fresh
// buffer a piece would have the kernel clear and map every page of the file once more. On the io
// thread.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::io {

class PieceBuffers {
 public:
  using Buffer = std::shared_ptr<Bytes>;

  /// `size` bytes, of any content.
  Buffer take(std::size_t size) {
    if (spare_.empty()) return std::make_shared<Bytes>(size);
    Buffer buffer = std::move(spare_.back());
    spare_.pop_back();
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
