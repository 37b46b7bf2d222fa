// `mesh` and `invite`: which mesh this node is of, and what lets another one in.
#pragma once

#include <cstdint>
#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct MeshOptions {
  enum class Action : std::uint8_t { show, make, leave };
  Action action = Action::show;
  std::string name;
  std::string moderator;  ///< a node's id, or "self"
  bool forget = false;
};
struct InviteOptions {};

void declare_mesh(CLI::App& root, MeshOptions& options);
Status check(const MeshOptions& options);
int run(Session& session, const MeshOptions& options);
int run(Session& session, const InviteOptions& options);

}  // namespace freshet::cli
