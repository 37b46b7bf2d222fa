// `status` and `down`: how this node is, and its end.
#pragma once

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct StatusOptions {};
struct DownOptions {};

void declare_node(CLI::App& root);
int run(Session& session, const StatusOptions& options);
int run(Session& session, const DownOptions& options);

}  // namespace freshet::cli
