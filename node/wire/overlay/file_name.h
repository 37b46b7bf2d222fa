// What may be the name of a file in a body, for the .cpp files of this folder.
#pragma once

#include <string_view>

#include "node/wire/overlay/bodies.h"

namespace freshet::wire {

/// One component of a path, as it is on disk: bytes, never empty, "." or "..", no '/' and no NUL.
inline bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= kMaxFileNameBytes && name != "." && name != ".."
         && name.find('/') == std::string_view::npos && name.find('\0') == std::string_view::npos;
}

}  // namespace freshet::wire
