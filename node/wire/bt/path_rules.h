// What a path of a stranger's must be like before it may name a file below a folder. Pure.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "node/base/result.h"

namespace freshet::wire::bt {

/// One name: none that is empty, leaves its folder, holds a separator or NUL, or is longer than
/// kMaxPathComponentBytes. Errors: invalid; `where` begins the message.
Status check_component(std::string_view text, std::string_view where);
/// All of a path: one name or more, within kMaxTorrentPathDepth and kMaxTorrentPathBytes.
Status check_path(const std::vector<std::string>& path, std::string_view where);
/// Of a stranger's text, for a message: its beginning, quoted.
std::string shown(std::string_view text);

}  // namespace freshet::wire::bt
