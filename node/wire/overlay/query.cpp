// How a query is written, and what a relay reads and sets of it. query_decode.cpp reads the rest.
#include "node/wire/overlay/bodies.h"
#include "node/wire/overlay/fields.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

void append_number(Bytes& to, std::uint32_t field, std::uint32_t value) {
  append_varint(to, field << 3U);  // wire type 0
  append_varint(to, value);
}

void append_bytes(Bytes& to, std::uint32_t field, ByteView bytes) {
  append_bytes_head(to, field, bytes.size());
  to.insert(to.end(), bytes.begin(), bytes.end());
}

}  // namespace

Bytes encode(const Query& query) {
  pb::Query message;
  for (const std::string& term : query.terms) message.add_terms(term);
  for (const std::string& word : query.excluded) message.add_excluded(word);
  for (const std::string& phrase : query.phrases) message.add_phrases(phrase);
  if (query.content) message.set_content(query.content->bytes.data(), ContentId::kSize);
  message.set_max_hits(query.max_hits);
  message.set_strategy(query.strategy);
  message.set_walker(query.walker);
  message.set_tally(query.tally);
  message.set_enough(query.enough);
  Bytes body(message.ByteSizeLong());
  message.SerializeWithCachedSizesToArray(body.data());
  if (query.filter) append_bytes(body, pb::Query::kFilterFieldNumber, encode(*query.filter));
  return body;
}

QueryRoute route_of_query(ByteView body) {
  FieldReader fields(body);
  QueryRoute route;
  Field field;
  while (fields.next_into(field)) {
    if (field.kind != FieldKind::varint) continue;
    const auto value = static_cast<std::uint32_t>(field.value);
    if (field.number == pb::Query::kStrategyFieldNumber) route.strategy = value;
    if (field.number == pb::Query::kWalkerFieldNumber) route.walker = value;
    if (field.number == pb::Query::kOffTreeFieldNumber) route.off_tree = value != 0;
    if (field.number == pb::Query::kTallyFieldNumber) route.tally = value != 0;
  }
  return fields.malformed() ? QueryRoute{} : route;
}

Bytes with_route(ByteView body, QueryRoute route) {
  Bytes routed(body.begin(), body.end());
  const QueryRoute before = route_of_query(body);
  if (route.strategy != before.strategy)
    append_number(routed, pb::Query::kStrategyFieldNumber, route.strategy);
  if (route.walker != before.walker)
    append_number(routed, pb::Query::kWalkerFieldNumber, route.walker);
  if (route.off_tree != before.off_tree)
    append_number(routed, pb::Query::kOffTreeFieldNumber, route.off_tree ? 1 : 0);
  return routed;
}

}  // namespace freshet::wire
