#include "node/wire/bt/metadata_message.h"

#include <algorithm>

#include "node/wire/bt/bencode.h"

namespace freshet::wire::bt {
namespace {

// The dictionary in front of raw bytes ends where bencoding says so, and the parser here takes no
// bytes behind a value; dictionaries of this message are short and flat.
constexpr std::size_t kMaxHeadBytes = 256;

// Where the first value of `payload` ends: integers and strings in one dictionary. 0: nowhere.
std::size_t end_of_head(ByteView payload) {
  const std::size_t limit = std::min(payload.size(), kMaxHeadBytes);
  if (limit == 0 || payload.front() != 'd') return 0;
  std::size_t at = 1;
  while (at < limit) {
    if (payload[at] == 'e') return at + 1;
    if (payload[at] == 'i') {
      while (at < limit && payload[at] != 'e') ++at;
      ++at;
      continue;
    }
    std::size_t length = 0;
    while (at < limit && payload[at] >= '0' && payload[at] <= '9' && length < kMaxHeadBytes)
      length = length * 10 + (payload[at++] - std::size_t{'0'});
    if (at >= limit || payload[at] != ':') return 0;
    at += 1 + length;
  }
  return 0;
}

std::optional<std::uint64_t> number(const Bencoded::Value& head, std::string_view key) {
  const auto value = head.find(key);
  if (!value || !value->integer() || *value->integer() < 0) return std::nullopt;
  return static_cast<std::uint64_t>(*value->integer());
}

}  // namespace

std::optional<MetadataMessage> decode_metadata(ByteView payload) {
  const std::size_t end = end_of_head(payload);
  const auto head = end == 0 ? std::nullopt : Bencoded::parse(payload.first(end));
  if (!head) return std::nullopt;
  const auto type = number(head->root(), "msg_type");
  const auto piece = number(head->root(), "piece");
  if (!type || *type > 2 || !piece || *piece > UINT32_MAX) return std::nullopt;
  MetadataMessage message{.type = static_cast<MetadataMessage::Type>(*type),
                          .piece = static_cast<std::uint32_t>(*piece),
                          .total_size = number(head->root(), "total_size").value_or(0),
                          .data = payload.subspan(end)};
  return message;
}

Bytes encode(const MetadataMessage& message) {
  BencodeWriter head;
  head.begin_dictionary().key("msg_type").integer(static_cast<std::int64_t>(message.type));
  head.key("piece").integer(message.piece);
  if (message.type == MetadataMessage::Type::data)
    head.key("total_size").integer(static_cast<std::int64_t>(message.total_size));
  Bytes payload = head.end().take();
  payload.insert(payload.end(), message.data.begin(), message.data.end());
  return payload;
}

}  // namespace freshet::wire::bt
