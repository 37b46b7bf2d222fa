#include "node/cli/completion/command_tree.h"

#include <algorithm>

#include <CLI/App.hpp>

#include "node/core/strategy_id.h"

namespace freshet::cli {
namespace {

std::vector<std::string> values_of(const std::string& option) {
  if (option != "--strategy") return {};
  return {core::kStrategyNames.begin(), core::kStrategyNames.end()};
}

// The parser takes the program's own options after a command too.
void add_globals(CommandTree& tree) {
  for (CommandTree& command : tree.commands) {
    for (const auto& option : tree.options) {
      if (option.names.front() == "--state" || option.names.front() == "--json")
        command.options.push_back(option);
    }
  }
}

CommandTree::OptionNames option_names(const CLI::Option& option) {
  CommandTree::OptionNames names;
  for (const std::string& name : option.get_lnames()) names.names.push_back("--" + name);
  for (const std::string& name : option.get_snames()) names.names.push_back("-" + name);
  names.about = option.get_description();
  names.takes_value = option.get_items_expected_max() > 0;
  names.values = values_of(names.names.front());
  return names;
}

}  // namespace

CommandTree command_tree(const CLI::App& root) {
  CommandTree tree;
  tree.name = root.get_name();
  tree.about = root.get_description();
  for (const CLI::Option* option : root.get_options()) {
    if (!option->get_positional() || !option->get_lnames().empty())
      tree.options.push_back(option_names(*option));
  }
  for (const CLI::App* command : root.get_subcommands([](const CLI::App* /*any*/) { return true; }))
    tree.commands.push_back(command_tree(*command));
  add_globals(tree);
  return tree;
}

}  // namespace freshet::cli
