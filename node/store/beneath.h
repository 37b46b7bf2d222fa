// Opens what lies under a folder without ever leaving it: no component is a symlink or "..". Works
// for paths beyond PATH_MAX.
#pragma once

#include <string_view>

#include "node/store/unique_fd.h"

namespace freshet::store {

/// openat(folder, relative, flags | O_NOFOLLOW | O_CLOEXEC), component by component. An empty
/// `relative` is the folder itself. On failure the UniqueFd is empty and errno says why (ELOOP or
/// ENOTDIR: a symlink is in the way; EINVAL: an empty component, "." or "..").
UniqueFd open_beneath(int folder, std::string_view relative, int flags);

}  // namespace freshet::store
