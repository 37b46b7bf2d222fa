#include "node/core/bittorrent/metadata_asking.h"

#include <utility>

#include "node/wire/bt/messages.h"

namespace freshet::core::bittorrent {

using wire::bt::MetadataMessage;

MetadataAsking::MetadataAsking(const FetchConfig& config, TimePoint now)
    : config_(config),
      heard_at_(now),
      since_(now),
      due_(now) {}

bool MetadataAsking::offered(std::uint8_t id, std::int64_t size_bytes) {
  id_ = id;
  if (is_on_) return false;
  download_ = MetadataDownload::of_size(size_bytes);
  return download_.has_value();
}

void MetadataAsking::ask(std::uint32_t failures, TimePoint now, Bytes& out) {
  if (!may_be_asked(now)) return;
  is_on_ = true;
  failures_ = failures;
  heard_at_ = now;
  since_ = now;
  request(out);
}

void MetadataAsking::request(Bytes& out) {
  while (const auto piece = download_->next()) {
    const Bytes payload = encode(MetadataMessage{
        .type = MetadataMessage::Type::request, .piece = *piece, .total_size = 0, .data = {}});
    append(out, wire::bt::Extended{.id = id_, .payload = payload});
  }
}

bool MetadataAsking::give_up(TimePoint now) {
  if (!std::exchange(is_on_, false)) return false;
  download_ = download_->anew();
  due_ = now + doubled(config_.metadata_pause, failures_);
  return true;
}

MetadataAsking::Heard MetadataAsking::hear(ByteView payload,
                                           const InfoHash& name,
                                           TimePoint now,
                                           Bytes& out) {
  const auto message = wire::bt::decode_metadata(payload);
  if (!message) return Heard::offence;
  if (!is_on_) return Heard::offence;
  switch (download_->take(*message)) {
    case MetadataDownload::Taken::more:
      heard_at_ = now;
      request(out);
      return Heard::fine;
    case MetadataDownload::Taken::again:
      return Heard::offence;
    case MetadataDownload::Taken::refused:
      give_up(now);
      return Heard::refused;
    case MetadataDownload::Taken::whole:
      break;
  }
  auto whole = download_->checked(name);
  if (!whole) {
    give_up(now);
    return Heard::bad;
  }
  whole_ = std::move(*whole);
  return Heard::whole;
}

Bytes MetadataAsking::take() {
  download_.reset();
  is_on_ = false;
  return std::exchange(whole_, {});
}

bool MetadataAsking::is_late(TimePoint now) const {
  return is_on_
         && (now - heard_at_ >= config_.metadata_patience
             || now - since_ >= doubled(config_.metadata_time, failures_));
}

}  // namespace freshet::core::bittorrent
