#include "node/wire/overlay/fields.h"

namespace freshet::wire {
namespace {

constexpr std::size_t kMaxVarintBytes = 10;
constexpr std::uint64_t kMaxFieldNumber = (1U << 29U) - 1;

}  // namespace

std::optional<std::uint64_t> FieldReader::varint() {
  std::uint64_t value = 0;
  for (std::size_t i = 0; i < kMaxVarintBytes && i < rest_.size(); ++i) {
    value |= static_cast<std::uint64_t>(rest_[i] & 0x7FU) << (7U * i);
    if (rest_[i] < 0x80) {
      rest_ = rest_.subspan(i + 1);
      return value;
    }
  }
  return std::nullopt;
}

bool FieldReader::skip(std::size_t bytes) {
  if (bytes > rest_.size()) return false;
  rest_ = rest_.subspan(bytes);
  return true;
}

bool FieldReader::read_value(Field& field) {
  switch (field.kind) {
    case FieldKind::fixed64:
      return skip(8);
    case FieldKind::fixed32:
      return skip(4);
    case FieldKind::varint:
    case FieldKind::bytes:
      break;
    default:
      return false;
  }
  const auto number = varint();
  if (!number) return false;
  if (field.kind == FieldKind::varint) {
    field.value = *number;
    return true;
  }
  if (*number > rest_.size()) return false;
  field.bytes = rest_.first(static_cast<std::size_t>(*number));
  return skip(field.bytes.size());
}

bool FieldReader::next_of_any_kind(Field& field) {
  const auto tag = varint();
  field = {};
  if (tag) {
    field.number = static_cast<std::uint32_t>(*tag >> 3U);
    field.kind = static_cast<FieldKind>(*tag & 7U);
  }
  const bool well_formed = tag && (*tag >> 3U) != 0 && (*tag >> 3U) <= kMaxFieldNumber
                           && ++fields_ <= kMaxFields && read_value(field);
  malformed_ = !well_formed;
  return well_formed;
}

void append_varint(Bytes& to, std::uint32_t value) {
  for (; value >= 0x80; value >>= 7U) to.push_back(static_cast<Byte>(value | 0x80U));
  to.push_back(static_cast<Byte>(value));
}

void append_bytes_head(Bytes& to, std::uint32_t field, std::size_t size) {
  append_varint(to, field << 3U | static_cast<std::uint32_t>(FieldKind::bytes));
  append_varint(to, static_cast<std::uint32_t>(size));
}

bool has_few_fields(ByteView message) {
  FieldReader fields(message);
  while (fields.next()) {
  }
  return !fields.malformed();
}

}  // namespace freshet::wire
