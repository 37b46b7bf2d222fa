// Whether a file is what a query's filter asks for, beside its words. Pure.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "node/base/ids.h"
#include "node/wire/overlay/file_metadata.h"
#include "node/wire/overlay/query_filter.h"

namespace freshet::core::search {

struct FileFacts {
  std::string_view path;  ///< inside the share, folders and name; any bytes
  std::uint64_t size_bytes = 0;
  std::int64_t age_s = 0;  ///< since it was last modified; negative: in the future
  std::optional<ContentId> content = std::nullopt;  ///< nullopt as long as it was not hashed
  const wire::FileMetadata* metadata = nullptr;     ///< nullptr: it says nothing of itself
};

/// Everything but the words (any_of) and the peer.
bool passes(const wire::QueryFilter& filter, const FileFacts& file);

/// Whether a node with this key and name may answer: filter.peer is empty, or all its words are in
/// the name, or it is the beginning of the key in hex (kMinKeyPrefix digits or more).
bool is_for_node(const wire::QueryFilter& filter, const NodeKey& key, std::string_view name);

inline constexpr std::size_t kMinKeyPrefix = 4;

}  // namespace freshet::core::search
