// For a node that has no peer: what it tried, so that nobody stares at an empty list.
#pragma once

#include <string>
#include <vector>

#include "node/api/messages.h"

namespace freshet::cli {

class Session;

/// One fact a line, the last one says what to do.
std::vector<std::string> what_was_tried(const api::NetworkInfo& network);

/// Asks the daemon, and says it on stderr. Nothing when it does not answer.
void say_what_was_tried(Session& session);

}  // namespace freshet::cli
