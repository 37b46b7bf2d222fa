// `peers`: the node's overlay links.
#pragma once

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct PeersOptions {};

void declare_peers(CLI::App& root);
int run(Session& session, const PeersOptions& options);

}  // namespace freshet::cli
