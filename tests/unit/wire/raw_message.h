// Protobuf messages written by hand, so that tests can send what our encoders never would.
#pragma once

#include <cstdint>
#include <string_view>

#include "node/base/bytes.h"

namespace freshet::wire {

class RawMessage {
 public:
  RawMessage& varint(std::uint32_t field, std::uint64_t value) {
    put(std::uint64_t{field} << 3U);
    put(value);
    return *this;
  }
  RawMessage& text(std::uint32_t field, std::string_view value) {
    return message(field, bytes_of(value));
  }
  RawMessage& message(std::uint32_t field, ByteView value) {
    put((std::uint64_t{field} << 3U) | 2U);
    put(value.size());
    return raw(value);
  }
  RawMessage& fixed32(std::uint32_t field, std::uint32_t value) {
    put((std::uint64_t{field} << 3U) | 5U);
    for (unsigned shift = 0; shift < 32; shift += 8)
      out_.push_back(static_cast<Byte>(value >> shift));
    return *this;
  }
  RawMessage& fixed64(std::uint32_t field, std::uint64_t value) {
    put((std::uint64_t{field} << 3U) | 1U);
    for (unsigned shift = 0; shift < 64; shift += 8)
      out_.push_back(static_cast<Byte>(value >> shift));
    return *this;
  }
  RawMessage& raw(ByteView bytes) {
    out_.insert(out_.end(), bytes.begin(), bytes.end());
    return *this;
  }
  [[nodiscard]] const Bytes& bytes() const { return out_; }

 private:
  void put(std::uint64_t value) {
    for (; value >= 0x80; value >>= 7U) out_.push_back(static_cast<Byte>(value | 0x80U));
    out_.push_back(static_cast<Byte>(value));
  }

  Bytes out_;
};

}  // namespace freshet::wire
