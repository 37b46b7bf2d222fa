// `share add|rm|browse|ls|rescan|pause|resume`: the folders that this node offers.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct ShareOptions {
  enum class Action : std::uint8_t { add, remove, browse, list, rescan, pause, resume };
  Action action = Action::list;
  std::vector<std::string> paths;  ///< as typed
  bool no_browse = false;          ///< of add
  std::string browse;              ///< of browse: "on" or "off"
};

void declare_share(CLI::App& root, ShareOptions& options);
int run(Session& session, const ShareOptions& options);

/// What the daemon, which has another working directory, is told for a path that was typed here.
std::string absolute_path(const std::string& typed);

}  // namespace freshet::cli
