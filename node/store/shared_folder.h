// A folder of a share as one item: its list (wire/bt/folder_list.h) made of what the catalogue
// knows, and kept, with the hashes of its bundle, so that they are computed once. Blocking.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/folder_parts.h"
#include "node/store/types.h"
#include "node/wire/bt/folder_list.h"

namespace freshet::store {

/// A folder's files, in the order of its list.
struct FolderFiles {
  wire::bt::FolderList list;  ///< without the bundle's id
  std::vector<FileRef> where;
  Sha256 key;  ///< of `list`: what the folder is kept by

  [[nodiscard]] FolderParts bundle() const;
  /// Each begins at a multiple of `alignment`, in bytes.
  [[nodiscard]] FolderParts all(std::uint32_t alignment = 1) const;
};
/// `folder`: as FolderTotals::path has it; `base`: of the share. Errors: invalid: a file is not
/// hashed, or the folder cannot be listed.
Result<FolderFiles> files_of_folder(const std::string& base,
                                    const std::string& folder,
                                    const std::vector<CatalogueFile>& files);

/// What is kept of one folder: the list as a file, and what is known of the two contents.
struct KeptFolder {
  ContentInfo list;
  FileRef list_file;
  std::optional<ContentInfo> bundle;
};
/// Reads what was kept; where there is nothing, or it is damaged, reads the small files and keeps
/// it. `lists`: the folder for all of them; made when it is missing. Errors: as hash_file(), io.
Result<KeptFolder> keep_folder(const std::string& lists,
                               const FolderFiles& files,
                               const std::stop_token& stop);
/// Of the bundle, what was kept, and only that.
std::optional<ContentInfo> kept_bundle(const std::string& lists, const FolderFiles& files);
/// Nothing there is fine.
void drop_folder(const std::string& lists, const Sha256& key);

}  // namespace freshet::store
