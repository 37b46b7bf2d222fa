// A sequence that grows at its end, by chunks so large that each has pages of its own: what else is
// allocated and freed meanwhile does not lie between them, and goes back to the system.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

namespace freshet::store {

template <typename Value>
class Chunked {
 public:
  Value& operator[](std::size_t at) { return chunks_[at / kChunk][at % kChunk]; }
  const Value& operator[](std::size_t at) const { return chunks_[at / kChunk][at % kChunk]; }
  [[nodiscard]] std::size_t size() const { return size_; }

  Value& emplace_back() {
    if (size_ % kChunk == 0) {
      chunks_.emplace_back();
      // The first may stay small: most owners have few.
      if (chunks_.size() > 1) chunks_.back().reserve(kChunk);
    }
    ++size_;
    return chunks_.back().emplace_back();
  }

  template <typename Visit>
  void for_each(const Visit& visit) {
    for (auto& chunk : chunks_) {
      for (Value& value : chunk) visit(value);
    }
  }

 private:
  static constexpr std::size_t kChunk = 4096;

  std::vector<std::vector<Value>> chunks_;
  std::size_t size_ = 0;
};

}  // namespace freshet::store
