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
  std::optional<Field> next();
  /// What was read so far is not a message, or has more than kMaxFields fields.
  [[nodiscard]] bool malformed() const { return malformed_; }

 private:
  std::optional<std::uint64_t> varint();
  bool read_value(Field& field);
  bool skip(std::size_t bytes);

  ByteView rest_;
  std::size_t fields_ = 0;
  bool malformed_ = false;
};

/// Whether `message` is made of at most kMaxFields whole fields. Looks into none of them.
bool has_few_fields(ByteView message);

}  // namespace freshet::wire
