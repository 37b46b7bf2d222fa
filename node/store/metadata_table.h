// What contents say of themselves, in memory: without gaps, for those alone that say something. A
// content that is gone stays until the node ends. Not thread-safe; single owner.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include <tsl/robin_map.h>

#include "node/base/ids.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::store {

class MetadataTable {
 public:
  /// Bytes of all together; one more is left out then. A hundred thousand albums.
  static constexpr std::size_t kMaxBytes = std::size_t{256} << 20U;

  /// What is there already stays, as does the table when `metadata` is empty.
  void add(const ContentId& content, const wire::FileMetadata& metadata);
  /// It says something.
  [[nodiscard]] bool contains(const ContentId& content) const { return places_.contains(content); }
  /// nullptr: it says nothing.
  [[nodiscard]] std::shared_ptr<const wire::FileMetadata> find(const ContentId& content) const;

  /// Of what it says: the same as long as it says the same; 0: nothing.
  [[nodiscard]] std::uint32_t mark(const ContentId& content) const;

  [[nodiscard]] std::size_t size() const { return places_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  /// Empty: nothing.
  [[nodiscard]] ByteView body(const ContentId& content) const;

  tsl::robin_map<ContentId, std::uint32_t, IdHash> places_;
  std::vector<Byte> bodies_;  ///< two bytes of length, then an encoded one; one after the other
};

}  // namespace freshet::store
