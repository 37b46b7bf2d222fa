// What the node knows of other nodes' addresses, kept from one run to the next.
#pragma once

#include <functional>
#include <string>

#include "node/core/node.h"

namespace freshet::io {

/// Tells the node of every host in `file`. A file that cannot be read is logged, and is no hosts.
void recall_hosts(const std::string& file,
                  const std::function<void(core::overlay::Input)>& deliver);

/// Replaces `file` by the node's host cache; nothing known leaves it as it is. What fails is
/// logged.
void save_hosts(const std::string& file, const core::Node& node, TimePoint now);

}  // namespace freshet::io
