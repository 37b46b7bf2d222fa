// `peers` and `join`: the node's overlay links, and a new one.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct PeersOptions {};
struct JoinOptions {
  std::string address;  ///< HOST[:PORT]
};

void declare_peers(CLI::App& root, JoinOptions& join);
Status check(const JoinOptions& options);
int run(Session& session, const PeersOptions& options);
int run(Session& session, const JoinOptions& options);

}  // namespace freshet::cli
