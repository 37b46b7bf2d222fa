#include "node/core/bittorrent/metadata_download.h"

#include <algorithm>

#include "node/wire/bt/metainfo.h"

namespace freshet::core::bittorrent {

using wire::bt::kMetadataPieceBytes;
using wire::bt::MetadataMessage;

std::optional<MetadataDownload> MetadataDownload::of_size(std::int64_t claimed) {
  if (claimed <= 0 || claimed > static_cast<std::int64_t>(wire::bt::kMaxInfoBytes))
    return std::nullopt;
  return MetadataDownload(static_cast<std::uint32_t>(claimed));
}

std::uint32_t MetadataDownload::pieces() const {
  return static_cast<std::uint32_t>((size_ + kMetadataPieceBytes - 1) / kMetadataPieceBytes);
}

std::optional<std::uint32_t> MetadataDownload::next() {
  if (asked_ >= pieces() || asked_ - there_ >= kAhead) return std::nullopt;
  return asked_++;
}

MetadataDownload::Taken MetadataDownload::take(const MetadataMessage& message) {
  if (message.type == MetadataMessage::Type::request) return Taken::more;  // not ours to answer
  // Of an earlier try: it comes late.
  if (message.type == MetadataMessage::Type::data && message.piece < there_) return Taken::again;
  if (message.type != MetadataMessage::Type::data || message.piece != there_ || there_ >= asked_)
    return Taken::refused;
  const std::size_t due = std::min<std::size_t>(kMetadataPieceBytes, size_ - bytes_.size());
  if (message.data.size() != due || message.total_size != size_) return Taken::refused;
  bytes_.insert(bytes_.end(), message.data.begin(), message.data.end());
  ++there_;
  return bytes_.size() == size_ ? Taken::whole : Taken::more;
}

std::optional<Bytes> MetadataDownload::checked(const InfoHash& name) const {
  if (bytes_.size() != size_ || !wire::bt::is_called(bytes_, name)) return std::nullopt;
  return bytes_;
}

}  // namespace freshet::core::bittorrent
