// zsh: names with what they mean, by command; file names where there are none.
#include "node/cli/completion/scripts.h"

namespace freshet::cli {
namespace {

// 'name:meaning'; a colon in the name would end it.
std::string described(const std::string& name, const std::string& about) {
  return " " + single_quoted(Shell::zsh, name + ":" + about);
}

std::string options_of(const CommandTree& command) {
  std::string list;
  for (const auto& option : command.options) {
    for (const std::string& name : option.names) list += described(name, option.about);
  }
  return list;
}

std::string commands_of(const CommandTree& command) {
  std::string list;
  for (const CommandTree& each : command.commands) list += described(each.name, each.about);
  return list;
}

std::string value_cases(const CommandTree& tree) {
  std::string cases;
  for (const CommandTree& command : tree.commands) {
    for (const auto& option : command.options) {
      if (option.values.empty()) continue;
      cases += "    " + command.name + option.names.front() + ") compadd --";
      for (const std::string& value : option.values) cases += " " + value;
      cases += "; return ;;\n";
    }
  }
  return cases;
}

}  // namespace

std::string zsh_completion(const CommandTree& root) {
  std::string script = R"(#compdef freshet
# zsh completion of freshet
_freshet() {
  local command='' i
  local -a options commands
  for ((i = 2; i < CURRENT; i++)); do
    case ${words[i]} in
      --state) ((i++)) ;;
      -*) ;;
      *) command=${words[i]}; break ;;
    esac
  done
  case $command in
)";
  script +=
      "    '') options=(" + options_of(root) + " ) commands=(" + commands_of(root) + " ) ;;\n";
  for (const CommandTree& command : root.commands) {
    script += "    " + command.name + ") options=(" + options_of(command) + " ) commands=("
              + commands_of(command) + " ) ;;\n";
  }
  script += "  esac\n  case $command${words[CURRENT-1]} in\n" + value_cases(root) + "  esac\n";
  return script + R"(  [[ -n $command && ${words[CURRENT-1]} != $command ]] && commands=()
  if [[ ${words[CURRENT]} == -* ]]; then
    _describe option options
  elif (( ${#commands} )); then
    _describe command commands
  else
    _files
  fi
}
if [[ $funcstack[1] == _freshet ]]; then _freshet "$@"; else compdef _freshet freshet; fi
)";
}

}  // namespace freshet::cli
