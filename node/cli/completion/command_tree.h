// The commands and their options as completion scripts need them: read off the parser itself, so
// that a script cannot name what the program does not take.
#pragma once

#include <string>
#include <vector>

#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

struct CommandTree {
  struct OptionNames {
    std::vector<std::string> names;  ///< "--help", "-h"
    std::string about;
    bool takes_value = false;
    std::vector<std::string> values;  ///< what may follow, where that is a fixed list
  };

  std::string name;
  std::string about;
  std::vector<OptionNames> options;
  std::vector<CommandTree> commands;
};

/// `root` after every command was declared.
CommandTree command_tree(const CLI::App& root);

}  // namespace freshet::cli
