// Completion scripts for shells. Commands and options are completed by name; what they take, as
// file names.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "node/cli/completion/command_tree.h"

namespace freshet::cli {

enum class Shell { bash, zsh, fish };

inline constexpr std::array<std::string_view, 3> kShellNames = {"bash", "zsh", "fish"};
/// nullopt for another shell's name.
std::optional<Shell> shell_named(std::string_view name);

/// To be sourced (bash, zsh, fish), or to lie where the shell looks for completions.
std::string completion_script(const CommandTree& root, Shell shell);

std::string bash_completion(const CommandTree& root);
std::string zsh_completion(const CommandTree& root);
std::string fish_completion(const CommandTree& root);

/// 'text' for any of these shells.
std::string single_quoted(Shell shell, std::string_view text);

}  // namespace freshet::cli
