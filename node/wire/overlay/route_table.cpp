#include "node/wire/overlay/route_table.h"

#include <algorithm>
#include <bit>

#include "node/base/check.h"
#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr unsigned kMaxRiceParameter = 31;

class BitWriter {
 public:
  explicit BitWriter(Bytes& out) : out_(out) {}
  void bit(bool value) {
    if (used_ == 0) out_.push_back(0);
    if (value) out_.back() = static_cast<Byte>(out_.back() | (1U << used_));
    used_ = (used_ + 1) % 8;
  }
  void bits(std::uint32_t value, unsigned count) {
    for (unsigned i = 0; i < count; ++i) bit(((value >> i) & 1U) != 0);
  }

 private:
  Bytes& out_;
  unsigned used_ = 0;  // of the last byte; 0: it is full
};

class BitReader {
 public:
  explicit BitReader(ByteView in) : in_(in) {}
  std::optional<bool> bit() {
    if (at_ / 8 >= in_.size()) return std::nullopt;
    const bool value = ((in_[at_ / 8] >> (at_ % 8)) & 1U) != 0;
    ++at_;
    return value;
  }
  std::optional<std::uint32_t> bits(unsigned count) {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < count; ++i) {
      const auto next = bit();
      if (!next) return std::nullopt;
      value |= static_cast<std::uint32_t>(*next) << i;
    }
    return value;
  }
  /// A Rice code: ones, a zero, then `parameter` low bits.
  std::optional<std::uint64_t> rice(unsigned parameter) {
    std::uint64_t high = 0;
    for (auto next = bit();; next = bit(), ++high) {
      if (!next) return std::nullopt;
      if (!*next) break;
    }
    const auto low = bits(parameter);
    if (!low) return std::nullopt;
    return (high << parameter) | *low;
  }

 private:
  ByteView in_;
  std::size_t at_ = 0;
};

// The parameter that is best when gaps are geometric: 2^k near 0.69 of the mean gap.
unsigned rice_parameter(std::span<const std::uint32_t> places) {
  const std::uint64_t mean = (std::uint64_t{places.back()} + 1) / places.size();
  const std::uint64_t wanted = mean * 69 / 100;
  return wanted < 2 ? 0
                    : std::min<unsigned>(static_cast<unsigned>(std::bit_width(wanted)) - 1,
                                         kMaxRiceParameter);
}

std::optional<std::size_t> read_count(ByteView& coded) {
  std::uint32_t value = 0;
  for (unsigned shift = 0; shift < 21 && !coded.empty(); shift += 7) {
    const Byte next = coded.front();
    coded = coded.subspan(1);
    value |= static_cast<std::uint32_t>(next & 0x7FU) << shift;
    if (next < 0x80) return value;
  }
  return std::nullopt;
}

}  // namespace

Bytes encode_places(std::span<const std::uint32_t> places) {
  FRESHET_CHECK(places.size() <= kMaxTablePlaces);
  if (places.empty()) return {};
  const unsigned parameter = rice_parameter(places);
  Bytes coded = {static_cast<Byte>(parameter)};
  auto count = static_cast<std::uint32_t>(places.size());
  for (; count >= 0x80; count >>= 7U) coded.push_back(static_cast<Byte>(count | 0x80U));
  coded.push_back(static_cast<Byte>(count));
  BitWriter writer(coded);
  std::uint64_t next = 0;  // the smallest place that may follow
  for (const std::uint32_t place : places) {
    const std::uint64_t gap = place - next;
    for (std::uint64_t ones = gap >> parameter; ones > 0; --ones) writer.bit(true);
    writer.bit(false);
    writer.bits(static_cast<std::uint32_t>(gap), parameter);
    next = std::uint64_t{place} + 1;
  }
  return coded;
}

std::optional<std::vector<std::uint32_t>> decode_places(ByteView coded, std::uint8_t bits) {
  std::vector<std::uint32_t> places;
  if (coded.empty()) return places;
  const unsigned parameter = coded.front();
  coded = coded.subspan(1);
  const auto count = read_count(coded);
  if (!count || *count > kMaxTablePlaces || parameter > kMaxRiceParameter) return std::nullopt;
  if (*count > 8 * coded.size()) return std::nullopt;  // a place takes a bit or more
  places.reserve(*count);
  BitReader reader(coded);
  const std::uint64_t end = std::uint64_t{1} << bits;
  std::uint64_t next = 0;
  for (std::size_t i = 0; i < *count; ++i) {
    const auto gap = reader.rice(parameter);
    if (!gap || *gap >= end || next + *gap >= end) return std::nullopt;
    next += *gap;
    places.push_back(static_cast<std::uint32_t>(next));
    ++next;
  }
  return places;
}

Bytes encode(const RouteTable& table) {
  pb::RouteTable message;
  message.set_kind(static_cast<std::uint32_t>(table.kind));
  message.set_sequence(table.sequence);
  if (table.kind == TableKind::whole || table.kind == TableKind::patch) {
    message.set_bits(table.bits);
    const Bytes added = encode_places(table.added);
    const Bytes removed = encode_places(table.removed);
    message.set_added(added.data(), added.size());
    message.set_removed(removed.data(), removed.size());
    message.set_more(table.more);
  }
  return serialize(message);
}

std::optional<RouteTable> decode_route_table(ByteView body) {
  pb::RouteTable message;
  if (!parse(body, message)) return std::nullopt;
  if (message.kind() > static_cast<std::uint32_t>(TableKind::everything)) return std::nullopt;
  RouteTable table{.kind = static_cast<TableKind>(message.kind()),
                   .sequence = message.sequence(),
                   .bits = 32,
                   .added = {},
                   .removed = {},
                   .more = message.more()};
  if (table.kind == TableKind::want || table.kind == TableKind::everything) return table;
  if (message.bits() < 1 || message.bits() > 32) return std::nullopt;
  table.bits = static_cast<std::uint8_t>(message.bits());
  auto added = decode_places(bytes_of(message.added()), table.bits);
  auto removed = decode_places(bytes_of(message.removed()), table.bits);
  if (!added || !removed) return std::nullopt;
  table.added = std::move(*added);
  table.removed = std::move(*removed);
  return table;
}

Bytes encode_walker(std::uint32_t walker) {
  pb::WalkerCheck message;
  message.set_walker(walker);
  return serialize(message);
}

std::optional<std::uint32_t> decode_walker(ByteView body) {
  pb::WalkerCheck message;
  if (!parse(body, message)) return std::nullopt;
  return message.walker();
}

}  // namespace freshet::wire
