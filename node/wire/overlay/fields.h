// Walks the fields of one Protobuf message without allocating and without a schema (encoding:
// protobuf.dev/programming-guides/encoding). For bodies that must be judged before generated code
// allocates for each of their fields, and for the query, which every node decodes. Refuses groups,
// which proto3 does not write.
#pragma once

#include <cstdint>
#include <optional>

#include "node/base/bytes.h"

namespace freshet::wire {

/// The largest number of fields in one message, unknown and repeated ones included. The largest
/// that we write is a hit of kMaxHitFiles and kMaxHitAddresses.
inline constexpr std::size_t kMaxFields = 256;

enum class FieldKind : std::uint8_t { varint = 0, fixed64 = 1, bytes = 2, fixed32 = 5 };

struct Field {
  std::uint32_t number = 0;
  FieldKind kind = FieldKind::varint;
  std::uint64_t value = 0;  ///< of a varint; fixed ones are skipped over
  ByteView bytes;           ///< of kind bytes; lives as long as the message
};

class FieldReader {
 public:
  explicit FieldReader(ByteView message) : rest_(message) {}

  /// The next field; nullopt at the end, and when malformed() has become true.
  std::optional<Field> next() {
    Field field;
    if (!next_into(field)) return std::nullopt;
    return field;
  }
  /// The same; false for nullopt.
  bool next_into(Field& field) {
    if (rest_.empty() || malformed_) return false;
    // Nearly every field: words, with a tag and a length of one byte each.
    if (rest_.size() >= 2 && rest_[0] < 0x80 && (rest_[0] & 7U) == 2 && rest_[0] >= 8
        && rest_[1] < 0x80 && rest_[1] <= rest_.size() - 2 && fields_ < kMaxFields) {
      ++fields_;
      field.number = rest_[0] >> 3U;
      field.kind = FieldKind::bytes;
      field.bytes = rest_.subspan(2, rest_[1]);
      rest_ = rest_.subspan(std::size_t{2} + rest_[1]);
      return true;
    }
    return next_of_any_kind(field);
  }
  /// What was read so far is not a message, or has more than kMaxFields fields.
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  bool next_of_any_kind(Field& field);
  std::optional<std::uint64_t> varint();
  bool read_value(Field& field);
  bool skip(std::size_t bytes);

  ByteView rest_;
  std::size_t fields_ = 0;
  bool malformed_ = false;
};

/// Writing, for what generated code would have to read first or to copy: a number (7 bits a byte,
/// the lowest first), and what stands before the content of a field of kind bytes.
void append_varint(Bytes& to, std::uint32_t value);
void append_bytes_head(Bytes& to, std::uint32_t field, std::size_t size);

/// Whether `message` is made of at most kMaxFields whole fields. Looks into none of them.
bool has_few_fields(ByteView message);

}  // namespace freshet::wire
