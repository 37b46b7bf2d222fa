// A record is longer than a frame, and its one long field is only looked at: it is walked in place
// and never given to generated code.
#include "node/wire/overlay/publication.h"

#include "node/wire/overlay/body_fields.h"
#include "node/wire/overlay/fields.h"
#include "node/wire/overlay/message.h"

#include "freshet/overlay/v1/overlay.pb.h"

namespace freshet::wire {
namespace {

namespace pb = freshet::overlay::v1;

constexpr std::size_t kPublicationSignatureBytes = 64;

void append_field(Bytes& to, std::uint32_t number, ByteView bytes) {
  append_bytes_head(to, number, bytes.size());
  to.insert(to.end(), bytes.begin(), bytes.end());
}

// The last one of each number counts, as in generated code.
template <typename Take>
bool walk(ByteView message, const Take& take) {
  FieldReader fields(message);
  Field field;
  while (fields.next_into(field)) {
    if (field.kind == FieldKind::bytes) take(field.number, field.bytes);
  }
  return !fields.malformed();
}

std::optional<Publication> decode_publication(ByteView bytes) {
  ByteView publisher;
  ByteView content;
  ByteView info_hash;
  ByteView info;
  const bool whole = walk(bytes, [&](std::uint32_t number, ByteView value) {
    if (number == pb::Publication::kPublisherFieldNumber) publisher = value;
    if (number == pb::Publication::kContentFieldNumber) content = value;
    if (number == pb::Publication::kInfoHashFieldNumber) info_hash = value;
    if (number == pb::Publication::kInfoFieldNumber) info = value;
  });
  if (!whole || publisher.size() != NodeKey::kSize || content.size() != ContentId::kSize
      || info_hash.size() != InfoHash::kSize || info.empty()) {
    return std::nullopt;
  }
  return Publication{.publisher = NodeKey::from(publisher),
                     .content = ContentId::from(content),
                     .info_hash = InfoHash::from(info_hash),
                     .info = info};
}

}  // namespace

Bytes encode(const TorrentAsk& ask) {
  pb::TorrentAsk message;
  message.set_content(id_field(ask.content));
  message.set_info_hash(id_field(ask.info_hash));
  return serialize(message);
}

Bytes encode(TorrentAnswer answer) {
  pb::TorrentAnswer message;
  message.set_state(static_cast<std::uint32_t>(answer));
  return serialize(message);
}

std::optional<TorrentAsk> decode_torrent_ask(ByteView body) {
  pb::TorrentAsk message;
  if (!parse(body, message)) return std::nullopt;
  const auto content = id_from<ContentId>(message.content());
  const auto info_hash = id_from<InfoHash>(message.info_hash());
  if (!content || !info_hash) return std::nullopt;
  return TorrentAsk{.content = *content, .info_hash = *info_hash};
}

std::optional<TorrentAnswer> decode_torrent_answer(ByteView body) {
  pb::TorrentAnswer message;
  if (!parse(body, message)) return std::nullopt;
  if (message.state() > static_cast<std::uint32_t>(TorrentAnswer::yes)) return TorrentAnswer::no;
  return static_cast<TorrentAnswer>(message.state());
}

Bytes encode_publication(const Publication& record) {
  Bytes bytes;
  append_field(bytes, pb::Publication::kPublisherFieldNumber, record.publisher.view());
  append_field(bytes, pb::Publication::kContentFieldNumber, record.content.view());
  append_field(bytes, pb::Publication::kInfoHashFieldNumber, record.info_hash.view());
  append_field(bytes, pb::Publication::kInfoFieldNumber, record.info);
  return bytes;
}

Bytes encode_signed_publication(ByteView record, ByteView signature) {
  Bytes bytes;
  append_field(bytes, pb::SignedPublication::kRecordFieldNumber, record);
  append_field(bytes, pb::SignedPublication::kSignatureFieldNumber, signature);
  return bytes;
}

std::optional<SignedPublication> decode_signed_publication(ByteView bytes) {
  if (bytes.size() > kMaxPublicationBytes) return std::nullopt;
  ByteView record;
  ByteView signature;
  const bool whole = walk(bytes, [&](std::uint32_t number, ByteView value) {
    if (number == pb::SignedPublication::kRecordFieldNumber) record = value;
    if (number == pb::SignedPublication::kSignatureFieldNumber) signature = value;
  });
  if (!whole || signature.size() != kPublicationSignatureBytes) return std::nullopt;
  const auto read = decode_publication(record);
  if (!read) return std::nullopt;
  return SignedPublication{.record = *read, .record_bytes = record, .signature = signature};
}

}  // namespace freshet::wire
