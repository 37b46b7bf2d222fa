#include "node/wire/overlay/announced.h"

#include "node/wire/overlay/fields.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::uint32_t kNumber = pb::Announced::kQueriesFieldNumber;
static_assert(kNumber == pb::Pong::kQueriesFieldNumber, "one reader for all that carry it");
constexpr std::size_t kTtlAt = Guid::kSize;
constexpr std::size_t kHopsAt = kTtlAt + 1;

Announced read_one(ByteView bytes) {
  return {
      .guid = Guid::from(bytes.first(Guid::kSize)), .ttl = bytes[kTtlAt], .hops = bytes[kHopsAt]};
}

}  // namespace

void append_announced(Bytes& body, std::span<const Announced> queries) {
  if (queries.empty()) return;
  append_bytes_head(body, kNumber, queries.size() * kAnnouncedBytes);
  for (const Announced& query : queries) {
    const ByteView guid = query.guid.view();
    body.insert(body.end(), guid.begin(), guid.end());
    body.push_back(query.ttl);
    body.push_back(query.hops);
  }
}

std::optional<std::vector<Announced>> read_announced(ByteView body) {
  std::vector<Announced> queries;
  FieldReader reader(body);
  while (const auto field = reader.next()) {
    if (field->number != kNumber) continue;
    const std::size_t count = field->bytes.size() / kAnnouncedBytes;
    if (field->kind != FieldKind::bytes || count * kAnnouncedBytes != field->bytes.size()
        || count > kMaxAnnounced - queries.size()) {
      return std::nullopt;
    }
    for (std::size_t i = 0; i < count; ++i)
      queries.push_back(read_one(field->bytes.subspan(i * kAnnouncedBytes, kAnnouncedBytes)));
  }
  if (reader.malformed()) return std::nullopt;
  return queries;
}

}  // namespace freshet::wire
