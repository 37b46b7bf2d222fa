#include "node/cli/commands/completion.h"

#include <CLI/App.hpp>

#include "node/cli/completion/scripts.h"
#include "node/cli/exit_code.h"
#include "node/cli/json_view.h"
#include "node/cli/session.h"

namespace freshet::cli {

void declare_completion(CLI::App& root, CompletionOptions& options) {
  auto* completion = root.add_subcommand(
      "completion", "Print a shell's completion script: source <(freshet completion bash)");
  completion->add_option("SHELL", options.shell, "bash, zsh or fish")->required()->type_name("");
}

Status check(const CompletionOptions& options) {
  if (shell_named(options.shell)) return kOk;
  return Error{ErrorCode::invalid, "'" + options.shell + "' is none of bash, zsh, fish"};
}

int run(Session& session, const CompletionOptions& options) {
  if (session.json()) {
    session.output().json(
        {{"schema", kJsonSchema}, {"shell", options.shell}, {"script", options.script}});
  } else {
    std::string text = options.script;
    if (text.ends_with('\n')) text.pop_back();
    session.output().line(text);
  }
  return kExitOk;
}

}  // namespace freshet::cli
