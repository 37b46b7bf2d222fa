// Who is banned or blocked, kept from one run to the next.
#pragma once

#include <functional>
#include <string>

#include "node/core/node.h"

namespace freshet::io {

/// Tells the node of every ban in `file` that has not ended. A file that cannot be read is logged.
void recall_bans(const std::string& file, const std::function<void(core::overlay::Input)>& deliver);

/// Replaces `file` by the node's bans; a node that never had one leaves it as it is. What fails is
/// logged.
void save_bans(const std::string& file, const core::Node& node, TimePoint now);

}  // namespace freshet::io
