// Bytes that are appended at the end and taken from the front. Unlike a std::vector it does not
// write what it is about to overwrite, and gives its memory to the next user (BufferPool): an idle
// link holds none.
#pragma once

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>
#include <vector>

#include "node/base/bytes.h"

namespace freshet::io {

class FlatBuffer {
 public:
  FlatBuffer() = default;
  FlatBuffer(FlatBuffer&& other) noexcept { swap(other); }
  FlatBuffer& operator=(FlatBuffer&& other) noexcept {
    FlatBuffer taken(std::move(other));
    swap(taken);
    return *this;
  }
  FlatBuffer(const FlatBuffer&) = delete;
  FlatBuffer& operator=(const FlatBuffer&) = delete;
  ~FlatBuffer() = default;

  [[nodiscard]] bool empty() const { return begin_ == end_; }
  [[nodiscard]] std::size_t size() const { return end_ - begin_; }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }
  [[nodiscard]] ByteView view() const { return {data_.get() + begin_, size()}; }

  void append(ByteView bytes) {
    if (bytes.empty()) return;
    if (capacity_ - end_ < bytes.size()) make_room(bytes.size());
    std::memcpy(data_.get() + end_, bytes.data(), bytes.size());
    end_ += bytes.size();
  }
  /// REQUIRES: count <= size().
  void consume(std::size_t count) {
    begin_ += count;
    if (begin_ == end_) clear();
  }
  void clear() { begin_ = end_ = 0; }

 private:
  static constexpr std::size_t kLeast = 4096;

  void make_room(std::size_t more) {
    const std::size_t kept = size();
    // Moving to the front is cheap enough when it frees half of the memory or more.
    if (begin_ >= capacity_ / 2 && capacity_ - kept >= more) {
      std::memmove(data_.get(), data_.get() + begin_, kept);
    } else {
      const std::size_t wanted = std::max({kLeast, capacity_ * 2, kept + more});
      auto larger = std::make_unique_for_overwrite<Byte[]>(wanted);
      if (kept > 0) std::memcpy(larger.get(), data_.get() + begin_, kept);
      data_ = std::move(larger);
      capacity_ = wanted;
    }
    begin_ = 0;
    end_ = kept;
  }
  void swap(FlatBuffer& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(capacity_, other.capacity_);
    std::swap(begin_, other.begin_);
    std::swap(end_, other.end_);
  }

  std::unique_ptr<Byte[]> data_;
  std::size_t capacity_ = 0;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

/// Memory of emptied buffers, for the next one that fills. Holds at most kMostBytes.
class BufferPool {
 public:
  static constexpr std::size_t kMostBytes = std::size_t{2} << 20U;

  /// Gives memory to a buffer that has none.
  void lend(FlatBuffer& to) {
    if (to.capacity() > 0 || spare_.empty()) return;
    to = std::move(spare_.back());
    spare_.pop_back();
    held_ -= to.capacity();
  }
  /// REQUIRES: from.empty(). It has no memory afterwards.
  void take_back(FlatBuffer& from) {
    FlatBuffer taken = std::move(from);
    taken.clear();
    if (taken.capacity() == 0 || held_ + taken.capacity() > kMostBytes) return;
    held_ += taken.capacity();
    spare_.push_back(std::move(taken));
  }

 private:
  std::vector<FlatBuffer> spare_;
  std::size_t held_ = 0;
};

}  // namespace freshet::io
