// fish: one `complete` a name, on condition of the command.
#include "node/cli/completion/scripts.h"

namespace freshet::cli {
namespace {

std::string fish_quoted(std::string_view text) {
  return single_quoted(Shell::fish, text);
}

std::string line_for(const std::string& condition, const CommandTree::OptionNames& option) {
  std::string line = "complete -c freshet";
  if (!condition.empty()) line += " -n " + fish_quoted(condition);
  for (const std::string& name : option.names)
    line += name.starts_with("--") ? " -l " + name.substr(2) : " -s " + name.substr(1);
  if (option.takes_value) line += " -r";
  if (!option.values.empty()) {
    std::string values;
    for (const std::string& value : option.values) values += (values.empty() ? "" : " ") + value;
    line += " -f -a " + fish_quoted(values);
  }
  return line + " -d " + fish_quoted(option.about) + "\n";
}

std::string lines_for(const CommandTree& command, const std::string& inside, bool names_files) {
  std::string lines;
  for (const auto& option : command.options) lines += line_for(inside, option);
  for (const CommandTree& each : command.commands) {
    lines += "complete -c freshet" + std::string(names_files ? "" : " -f") + " -n "
             + fish_quoted(inside.empty() ? "__fish_use_subcommand" : inside) + " -a " + each.name
             + " -d " + fish_quoted(each.about) + "\n";
  }
  return lines;
}

}  // namespace

std::string fish_completion(const CommandTree& root) {
  std::string script = "# fish completion of freshet\n" + lines_for(root, "", false);
  for (const CommandTree& command : root.commands)
    script += lines_for(command, "__fish_seen_subcommand_from " + command.name, true);
  return script;
}

}  // namespace freshet::cli
