#include "node/wire/overlay/paths.h"

#include <string>

#include "node/wire/overlay/body_fields.h"
#include "node/wire/overlay/fields.h"
#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

template <typename Message>
bool parse_path(ByteView body, Message& message) {
  return body.size() <= kMaxPathBodyBytes && parse(body, message)
         && static_cast<std::size_t>(message.addresses_size()) <= kMaxPathAddresses;
}

template <typename Id>
bool read_id(const std::string& from, Id& to) {
  if (from.size() != Id::kSize) return false;
  to = Id::from(bytes_of(from));
  return true;
}

}  // namespace

Bytes encode(const Push& push) {
  pb::Push message;
  message.set_target(id_field(push.target));
  message.set_origin(id_field(push.origin));
  write_addresses(push.addresses, message, kMaxPathAddresses);
  message.set_content(id_field(push.content));
  return serialize(message);
}

Bytes encode(const RelayAsk& ask) {
  pb::RelayAsk message;
  message.set_target(id_field(ask.target));
  write_addresses(ask.addresses, message, kMaxPathAddresses);
  return serialize(message);
}

Bytes encode(const RelayCall& call) {
  pb::RelayCall message;
  message.set_origin(id_field(call.origin));
  write_addresses(call.addresses, message, kMaxPathAddresses);
  return serialize(message);
}

std::optional<Push> decode_push(ByteView body) {
  pb::Push message;
  Push push;
  const bool ok = parse_path(body, message) && read_id(message.target(), push.target)
                  && read_id(message.origin(), push.origin)
                  && read_id(message.content(), push.content)
                  && read_addresses(message, push.addresses);
  return ok ? std::optional(std::move(push)) : std::nullopt;
}

std::optional<RelayAsk> decode_relay_ask(ByteView body) {
  pb::RelayAsk message;
  RelayAsk ask;
  const bool ok = parse_path(body, message) && read_id(message.target(), ask.target)
                  && read_addresses(message, ask.addresses);
  return ok ? std::optional(std::move(ask)) : std::nullopt;
}

std::optional<RelayCall> decode_relay_call(ByteView body) {
  pb::RelayCall message;
  RelayCall call;
  const bool ok = parse_path(body, message) && read_id(message.origin(), call.origin)
                  && read_addresses(message, call.addresses);
  return ok ? std::optional(std::move(call)) : std::nullopt;
}

std::optional<NodeKey> node_of_hit(ByteView body) {
  const auto record = FieldReader(body).next();
  if (!record || record->number != 1 || record->kind != FieldKind::bytes) return std::nullopt;
  const auto node = FieldReader(record->bytes).next();
  if (!node || node->number != 1 || node->kind != FieldKind::bytes
      || node->bytes.size() != NodeKey::kSize) {
    return std::nullopt;
  }
  return NodeKey::from(node->bytes);
}

}  // namespace freshet::wire
