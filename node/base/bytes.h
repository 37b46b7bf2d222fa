// Byte strings, their views, and fixed-width integers in them. No parsing of any format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace freshet {

using Byte = std::uint8_t;
using Bytes = std::vector<Byte>;
using ByteView = std::span<const Byte>;

/// The bytes of a text, and the text of bytes, without a copy. The view lives as long as its
/// source.
inline ByteView bytes_of(std::string_view text) {
  return {reinterpret_cast<const Byte*>(text.data()), text.size()};
}
inline std::string_view text_of(ByteView bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// Integers at the front of a buffer. REQUIRES: the buffer holds sizeof(T) bytes or more.
template <typename T>
T load_le(const Byte* from) {
  T value = 0;
  for (std::size_t i = sizeof(T); i-- > 0;)
    value = static_cast<T>(static_cast<T>(value << 8U) | from[i]);
  return value;
}
template <typename T>
T load_be(const Byte* from) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    value = static_cast<T>(static_cast<T>(value << 8U) | from[i]);
  return value;
}
template <typename T>
void store_le(T value, Byte* to) {
  for (std::size_t i = 0; i < sizeof(T); ++i) to[i] = static_cast<Byte>(value >> (8U * i));
}
template <typename T>
void store_be(T value, Byte* to) {
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    to[i] = static_cast<Byte>(value >> (8U * (sizeof(T) - 1 - i)));
  }
}

/// Lower-case hexadecimal.
std::string to_hex(ByteView bytes);

/// The bytes of a hexadecimal text of either case; nullopt when it holds anything else or an odd
/// number of digits.
std::optional<Bytes> from_hex(std::string_view hex);

}  // namespace freshet
