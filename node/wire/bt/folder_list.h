// What a folder that is shared as one item holds: its files by their paths, each with its size and
// content id. The list is a content like any other, so the folder's id is the id of its bytes:
//
//   {"bundle": 32 bytes, "file tree": {NAME: {...} or {"": {"length": N, "pieces root": 32
//   bytes}}}}
//
// in bencoding; the tree is BEP 52's. There is one encoding of a folder: names sorted, no root for
// an empty file. Files of at most kMaxBundledBytes, one behind the other in the list's order, are
// one more content, the bundle, so that thousands of them travel as one. Folders without files, and
// the folder's own name, are not in it. Pure; a parser of foreign bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/file_tree.h"

namespace freshet::wire::bt {

inline constexpr std::size_t kMaxFolderFiles = 10'000;
inline constexpr std::size_t kMaxFolderListBytes = std::size_t{4} << 20U;
/// Of one file that travels in the bundle.
inline constexpr std::uint64_t kMaxBundledBytes = std::uint64_t{256} * 1024;

using ListedFile = TreeFile;
inline bool is_bundled(const ListedFile& file) {
  return file.size_bytes > 0 && file.size_bytes <= kMaxBundledBytes;
}

struct FolderList {
  std::optional<ContentId> bundle;  ///< set where a file is bundled
  std::vector<ListedFile> files;    ///< sorted by their paths' components, as bytes

  [[nodiscard]] std::uint64_t size_bytes() const;
  [[nodiscard]] std::uint64_t bundle_bytes() const;
  friend bool operator==(const FolderList&, const FolderList&) = default;
};

/// Whether a folder of these files can be listed: some, not too many, paths that stay inside and
/// can stand beside one another, sizes with ids. Errors: invalid, saying what is wrong.
Status check_folder_list(const FolderList& list);
/// REQUIRES: check_folder_list().
Bytes encode_folder_list(const FolderList& list);
/// Errors: invalid: malformed, not the one encoding of it, or not check_folder_list().
Result<FolderList> read_folder_list(ByteView bytes);

}  // namespace freshet::wire::bt
