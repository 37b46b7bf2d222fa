// A vector whose first N elements lie in the object itself: what a node has few of is then found
// with the node, on the same page of memory. Only what link tables need.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>

namespace freshet::core::overlay {

template <typename T, std::uint32_t N>
class InlineVector {
 public:
  // NOLINTNEXTLINE(cppcoreguidelines-pro-type-member-init): elements come into being when added
  InlineVector() = default;
  InlineVector(const InlineVector&) = delete;
  InlineVector& operator=(const InlineVector&) = delete;
  ~InlineVector() { clear(); }

  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] const T* data() const { return data_; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] bool empty() const { return size_ == 0; }
  T* begin() { return data_; }
  T* end() { return data_ + size_; }
  [[nodiscard]] const T* begin() const { return data_; }
  [[nodiscard]] const T* end() const { return data_ + size_; }
  T& operator[](std::size_t index) { return data_[index]; }
  const T& operator[](std::size_t index) const { return data_[index]; }
  [[nodiscard]] T& back() { return data_[size_ - 1]; }

  T& push_back(T value) {
    if (size_ == capacity_) grow();
    T* added = std::construct_at(data_ + size_, std::move(value));
    ++size_;
    return *added;
  }
  /// Those behind move up.
  void erase_at(std::size_t index) {
    for (std::size_t i = index; i + 1 < size_; ++i) data_[i] = std::move(data_[i + 1]);
    std::destroy_at(data_ + --size_);
  }
  /// Gives back what did not lie in the object.
  void clear() {
    std::destroy_n(data_, size_);
    if (data_ != own()) std::allocator<T>().deallocate(data_, capacity_);
    data_ = own();
    size_ = 0;
    capacity_ = N;
  }

 private:
  T* own() { return reinterpret_cast<T*>(storage_.data()); }
  void grow() {
    const std::uint32_t capacity = 2 * capacity_;
    const std::uint32_t size = size_;
    T* larger = std::allocator<T>().allocate(capacity);
    std::uninitialized_move_n(data_, size, larger);
    clear();
    data_ = larger;
    size_ = size;
    capacity_ = capacity;
  }

  T* data_ = own();
  std::uint32_t size_ = 0;
  std::uint32_t capacity_ = N;
  alignas(T) std::array<std::byte, N * sizeof(T)> storage_;
};

}  // namespace freshet::core::overlay
