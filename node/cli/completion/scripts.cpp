#include "node/cli/completion/scripts.h"

namespace freshet::cli {

std::optional<Shell> shell_named(std::string_view name) {
  for (std::size_t i = 0; i < kShellNames.size(); ++i) {
    if (kShellNames[i] == name) return static_cast<Shell>(i);
  }
  return std::nullopt;
}

std::string completion_script(const CommandTree& root, Shell shell) {
  switch (shell) {
    case Shell::bash:
      return bash_completion(root);
    case Shell::zsh:
      return zsh_completion(root);
    case Shell::fish:
      return fish_completion(root);
  }
  return {};
}

std::string single_quoted(Shell shell, std::string_view text) {
  std::string quoted = "'";
  for (const char c : text) {
    if (c == '\'') {
      quoted += shell == Shell::fish ? "\\'" : "'\\''";
    } else if (c == '\\' && shell == Shell::fish) {
      quoted += "\\\\";
    } else {
      quoted += c;
    }
  }
  return quoted + "'";
}

}  // namespace freshet::cli
