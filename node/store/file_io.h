// Whole reads and writes on file descriptors, and replacing a small file in one step. Interrupted
// and short calls go on; nothing here knows a format.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <sys/stat.h>
#include <sys/types.h>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/store/types.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// Fills `out` from `offset`, unless the file ends first; returns the bytes read. `name` is for
/// messages.
Result<std::size_t> read_some_at(int fd,
                                 std::uint64_t offset,
                                 std::span<Byte> out,
                                 const std::string& name);
Status write_all_at(int fd, std::uint64_t offset, ByteView bytes, const std::string& name);

/// The whole file; nullopt when there is none. Errors: io, invalid (longer than max_bytes).
Result<std::optional<Bytes>> read_small_file(const std::string& path, std::size_t max_bytes);
/// Calls `visit` with each line of a small file of ours, without its end. None when there is no
/// file, or a longer one: that is not ours, and the next save replaces it. Errors: io.
Status for_each_line(const std::string& path,
                     std::size_t max_bytes,
                     const std::function<void(std::string_view)>& visit);
/// Of what is nobody's but the owner's.
constexpr mode_t kPrivateFile = S_IRUSR | S_IWUSR;
/// Temporary file beside it (PATH.new), written, synced, renamed. Errors: io; `path` is as before
/// then.
Status replace_file(const std::string& path, ByteView bytes, mode_t mode);

/// Makes renames and new names in `folder` last through a power cut. Errors: io.
Status sync_folder(const std::string& folder);
/// Makes the folder and its parents where they are missing, with `mode`. Errors: io.
Status make_folders(const std::string& folder, mode_t mode);

FileStamp stamp_of(const struct stat& info);
/// The part before the last '/'; "/" or "." where there is none.
std::string parent_folder(const std::string& path);

}  // namespace freshet::store
