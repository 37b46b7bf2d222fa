#include "node/store/metadata_table.h"

#include <utility>

#include "node/base/bytes.h"

namespace freshet::store {

void MetadataTable::add(const ContentId& content, const wire::FileMetadata& metadata) {
  if (metadata.empty()) return;
  const Bytes body = wire::encode(metadata);
  if (bodies_.size() + body.size() > kMaxBytes) return;
  if (!places_.try_emplace(content, static_cast<std::uint32_t>(bodies_.size())).second) return;
  bodies_.push_back(static_cast<Byte>(body.size() & 0xFFU));
  bodies_.push_back(static_cast<Byte>(body.size() >> 8U));
  bodies_.insert(bodies_.end(), body.begin(), body.end());
}

std::shared_ptr<const wire::FileMetadata> MetadataTable::find(const ContentId& content) const {
  const auto found = places_.find(content);
  if (found == places_.end()) return nullptr;
  const ByteView all(bodies_);
  const std::size_t at = found->second;
  const std::size_t size = all[at] + (std::size_t{all[at + 1]} << 8U);
  auto metadata = wire::decode_file_metadata(all.subspan(at + 2, size));
  if (!metadata) return nullptr;
  return std::make_shared<const wire::FileMetadata>(*std::move(metadata));
}

std::size_t MetadataTable::memory_bytes() const {
  return bodies_.capacity()
         + places_.bucket_count() * (sizeof(ContentId) + 2 * sizeof(std::uint32_t));
}

}  // namespace freshet::store
