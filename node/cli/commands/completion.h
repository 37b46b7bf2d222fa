// `completion`: prints the completion script of a shell. Needs no daemon.
#pragma once

#include <string>

#include "node/base/result.h"
#include "node/cli/cli11_fwd.h"

namespace freshet::cli {

class Session;

struct CompletionOptions {
  std::string shell;   ///< bash, zsh or fish
  std::string script;  ///< made by the parser, which alone knows every command
};

void declare_completion(CLI::App& root, CompletionOptions& options);
Status check(const CompletionOptions& options);
int run(Session& session, const CompletionOptions& options);

}  // namespace freshet::cli
