// `block` and `unblock`: what is not wanted here, and whose list is obeyed.
#pragma once

#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct BlockOptions {
  std::vector<std::string> what;  ///< empty, or "ls" alone: list
  bool unblock = false;
  bool sign = false;
  bool become_moderator = false;
  std::string obey;  ///< a moderator's key, or "nobody"
};

void declare_block(CLI::App& root, BlockOptions& block, BlockOptions& unblock);
Status check(const BlockOptions& options);
int run(Session& session, const BlockOptions& options);

}  // namespace freshet::cli
