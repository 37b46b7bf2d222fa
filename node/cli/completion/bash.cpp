// bash: the words to choose from, by command; file names where there are none.
#include "node/cli/completion/scripts.h"

namespace freshet::cli {
namespace {

std::string options_of(const CommandTree& command) {
  std::string words;
  for (const auto& option : command.options) {
    for (const std::string& name : option.names) words += " " + name;
  }
  return words;
}

std::string commands_of(const CommandTree& command) {
  std::string words;
  for (const CommandTree& each : command.commands) words += " " + each.name;
  return words;
}

// "--state|--listen": the options that something follows.
std::string takers(const CommandTree& tree, std::string found = {}) {
  for (const auto& option : tree.options) {
    if (!option.takes_value) continue;
    for (const std::string& name : option.names) {
      if (("|" + found + "|").find("|" + name + "|") == std::string::npos)
        found += (found.empty() ? "" : "|") + name;
    }
  }
  for (const CommandTree& command : tree.commands) found = takers(command, found);
  return found;
}

std::string value_cases(const CommandTree& tree) {
  std::string cases;
  for (const CommandTree& command : tree.commands) {
    for (const auto& option : command.options) {
      if (option.values.empty()) continue;
      std::string words;
      for (const std::string& value : option.values) words += (words.empty() ? "" : " ") + value;
      cases += "    " + command.name + option.names.front() + ") words='" + words + "' ;;\n";
    }
  }
  return cases;
}

}  // namespace

std::string bash_completion(const CommandTree& root) {
  std::string script = R"(# bash completion of freshet
_freshet() {
  local cur=${COMP_WORDS[COMP_CWORD]} previous=${COMP_WORDS[COMP_CWORD-1]} command='' options='' words='' i
  for ((i = 1; i < COMP_CWORD; i++)); do
    case ${COMP_WORDS[i]} in
      --state) ((i++)) ;;
      -*) ;;
      *) command=${COMP_WORDS[i]}; break ;;
    esac
  done
  case $command in
)";
  script += "    '') options='" + options_of(root) + "' words='" + commands_of(root) + "' ;;\n";
  for (const CommandTree& command : root.commands) {
    script += "    " + command.name + ") options='" + options_of(command) + "' words='"
              + commands_of(command) + "' ;;\n";
  }
  script += R"(  esac
  [[ -n $command && $previous != "$command" ]] && words=''
  case $previous in
    )" + takers(root)
            + ") options='' words='' ;;\n  esac\n";
  script += "  case $command$previous in\n" + value_cases(root) + "  esac\n";
  return script + R"(  [[ $cur == -* ]] && words=$options
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _freshet freshet
)";
}

}  // namespace freshet::cli
