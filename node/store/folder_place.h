// Where the files of a fetched folder go: names made safe for this machine's disk below one folder,
// which of them are there already, and copies of others. Blocking where it touches files.
#pragma once

#include <cstdint>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/store/types.h"
#include "node/wire/bt/folder_list.h"

namespace freshet::store {

struct FolderPlace {
  struct File {
    std::string folder;  ///< absolute
    std::string name;
    std::uint64_t size_bytes = 0;
    std::optional<ContentId> content;            ///< unset: an empty file
    std::optional<std::uint64_t> bundle_offset;  ///< where it is in the bundle
    [[nodiscard]] std::string absolute() const { return folder + "/" + name; }
  };
  std::string target;  ///< the folder of all
  ContentId id;        ///< of the list
  std::vector<File> files;
};
/// `name`: of the folder, from a peer. Errors: invalid: two of its names are one when they are made
/// safe.
Result<FolderPlace> place_of(const wire::bt::FolderList& list,
                             const ContentId& id,
                             const std::string& folder,
                             const std::string& name);

/// The files that are not in their place, as numbers in `files`: what is there is read and compared
/// with its id. Errors: canceled.
Result<std::vector<std::size_t>> absent_files(const FolderPlace& place,
                                              const std::stop_token& stop);

/// Puts a copy of `from`, which has the file's content, in the file's place. Answers with its path,
/// see place_file.h. Errors: io.
Result<std::string> copy_into(const std::string& from, const FolderPlace::File& file);

}  // namespace freshet::store
