// Opens a file that the catalogue knows, and tells whether it still is what was catalogued. Reads
// nothing.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/store/types.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// For reading. Never through a symlink below `file.base`. Errors: not_found (it vanished), io
/// (unreadable, no regular file any more, or changed: see check_unchanged()).
Result<UniqueFd> open_shared_file(const FileRef& file);

/// What is there now, for a file that no scan has met yet (a finished download). Not through a
/// symlink. Errors: not_found, io.
Result<FileStamp> examine_file(const std::string& path);

/// Error (io) with "changed" in it unless the open file has `file.stamp`.
Status check_unchanged(int fd, const FileRef& file);

}  // namespace freshet::store
