// `join`: a link to a node by its address, or everything that an invite tells.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct JoinOptions {
  std::string target;  ///< HOST[:PORT], "-" for an invite on stdin, or an invite without a key
  std::string file;    ///< that holds an invite; instead of `target`
};

void declare_join(CLI::App& root, JoinOptions& options);
Status check(const JoinOptions& options);
int run(Session& session, const JoinOptions& options);

}  // namespace freshet::cli
