// A content that this node has whole, where it is, and reading it. Blocking where it reads.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "node/base/result.h"
#include "node/store/file_source.h"
#include "node/store/folder_parts.h"
#include "node/store/types.h"

namespace freshet::io {

struct SharedContent {
  store::ContentInfo info;
  std::vector<store::FileRef> files;  ///< each holds all of it
  /// Set instead: many files, one behind the other.
  std::shared_ptr<const store::FolderParts> parts = nullptr;
};

/// From the first file that can be read. Errors: as FileSource::read(), not_found.
Status read_shared(store::FileSource& source,
                   const SharedContent& shared,
                   std::uint64_t offset,
                   std::span<Byte> out);
/// Errors: as store::layer_hashes(), not_found.
Result<std::vector<Sha256>> hashes_of_shared(store::FileSource& source,
                                             const SharedContent& shared,
                                             const wire::bt::HashRequest& request);

}  // namespace freshet::io
