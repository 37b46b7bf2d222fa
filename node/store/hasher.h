// Reads one file from end to end and gives its content id and piece layer (BEP 52). Memory is
// bounded by one read buffer and one hash per piece and per block of a piece.
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

/// Errors: io (vanished, unreadable, a symlink now; or its size, mtime or inode is not
/// `file.stamp`, before or after reading: scan again), invalid (longer than
/// wire::bt::kMaxContentBytes), canceled.
/// `progress` hears of every part that was read, in bytes.
Result<ContentInfo> hash_file(const FileRef& file,
                              const std::stop_token& stop = {},
                              const std::function<void(std::size_t)>& progress = {});

}  // namespace freshet::store
