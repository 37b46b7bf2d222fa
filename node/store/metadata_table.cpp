#include "node/store/metadata_table.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "node/base/bytes.h"
#include "node/wire/bt/sha256.h"

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

ByteView MetadataTable::body(const ContentId& content) const {
  const auto found = places_.find(content);
  if (found == places_.end()) return {};
  const ByteView all(bodies_);
  const std::size_t at = found->second;
  return all.subspan(at + 2, all[at] + (std::size_t{all[at + 1]} << 8U));
}

std::shared_ptr<const wire::FileMetadata> MetadataTable::find(const ContentId& content) const {
  const ByteView bytes = body(content);
  auto metadata = wire::decode_file_metadata(bytes);
  if (bytes.empty() || !metadata) return nullptr;
  return std::make_shared<const wire::FileMetadata>(*std::move(metadata));
}

std::uint32_t MetadataTable::mark(const ContentId& content) const {
  const ByteView bytes = body(content);
  if (bytes.empty()) return 0;
  const Sha256 hash = wire::bt::sha256(bytes);
  std::uint32_t front = 0;
  std::memcpy(&front, hash.bytes.data(), sizeof front);
  return std::max(front, std::uint32_t{1});
}

std::size_t MetadataTable::memory_bytes() const {
  return bodies_.capacity()
         + places_.bucket_count() * (sizeof(ContentId) + 2 * sizeof(std::uint32_t));
}

}  // namespace freshet::store
