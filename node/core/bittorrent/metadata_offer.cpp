#include "node/core/bittorrent/metadata_offer.h"

#include <algorithm>

#include "node/wire/bt/messages.h"

namespace freshet::core::bittorrent {

using wire::bt::kMetadataPieceBytes;
using wire::bt::MetadataMessage;

namespace {

constexpr std::uint32_t kTimes = 3;

}  // namespace

MetadataOffer::MetadataOffer(std::size_t info_bytes)
    : left_(kTimes
            * static_cast<std::uint32_t>((info_bytes + kMetadataPieceBytes - 1)
                                         / kMetadataPieceBytes)) {}

MetadataOffer::Answered MetadataOffer::answer(std::uint32_t piece,
                                              ByteView info,
                                              std::uint8_t id,
                                              Bytes& out) {
  const std::size_t begin = std::size_t{piece} * kMetadataPieceBytes;
  MetadataMessage message{
      .type = MetadataMessage::Type::reject, .piece = piece, .total_size = info.size(), .data = {}};
  const bool is_sent = begin < info.size() && left_ > 0;
  if (is_sent) {
    --left_;
    message.type = MetadataMessage::Type::data;
    message.data = info.subspan(begin, std::min(kMetadataPieceBytes, info.size() - begin));
  }
  const Bytes payload = encode(message);
  append(out, wire::bt::Extended{.id = id, .payload = payload});
  return is_sent ? Answered::sent : Answered::rejected;
}

}  // namespace freshet::core::bittorrent
