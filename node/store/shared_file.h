// Opens a file that the catalogue knows, tells whether it still is what was catalogued, and reads
// all of it.
#pragma once

#include <cstdint>
#include <functional>
#include <stop_token>
#include <string>

#include "node/base/bytes.h"
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

/// Reads it from end to end, `chunk_bytes` at a time; the last chunk may be shorter. Errors: as
/// above, io (read errors; it changed meanwhile), canceled.
Status read_whole_file(const FileRef& file,
                       std::size_t chunk_bytes,
                       const std::stop_token& stop,
                       const std::function<void(ByteView)>& take);

/// Error (io) with "changed" in it unless the open file has `file.stamp`.
Status check_unchanged(int fd, const FileRef& file);

}  // namespace freshet::store
