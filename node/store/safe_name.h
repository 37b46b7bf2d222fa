// Makes a name that a peer supplied fit for this machine's disk. Pure.
#pragma once

#include <string>
#include <string_view>

#include "node/base/ids.h"

namespace freshet::store {

/// NAME_MAX of Linux's file systems.
inline constexpr std::size_t kMaxNameBytes = 255;

/// One path component of 1 to kMaxNameBytes bytes. '/', '\\', NUL and other control characters, and
/// Unicode's direction overrides become '_'; leading dots, spaces and dashes and trailing spaces
/// and dots go; what is too long loses from its middle, the extension stays. Nothing left: the
/// content id in hexadecimal. A name that is fine stays as it is.
std::string safe_file_name(std::string_view name, const ContentId& content);

/// "name.ext" for 1, "name (2).ext" for 2, … within kMaxNameBytes. REQUIRES: a safe name.
std::string numbered_file_name(std::string_view name, unsigned number);

}  // namespace freshet::store
