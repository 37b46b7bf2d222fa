// Completion scripts, asked the way their shells ask them.
#include <cstdio>
#include <memory>
#include <string>

#include <doctest/doctest.h>

#include "node/cli/command_line.h"
#include "node/cli/completion/scripts.h"
#include "node/cli/exit_code.h"
#include "tests/unit/cli/temp_folder.h"

namespace freshet::cli {
namespace {

std::string script_for(const std::string& shell) {
  auto parsed = parse_command_line({"completion", shell});
  const auto* line = std::get_if<CommandLine>(&parsed);
  REQUIRE(line != nullptr);
  return std::get<CompletionOptions>(line->command).script;
}

std::string output_of(const std::string& command) {
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  std::string text;
  for (int c = 0; (c = std::fgetc(pipe.get())) != EOF;) text += static_cast<char>(c);
  return text;
}

// What bash offers after these words; the last one is being typed.
std::string offered(const std::string& words) {
  const TempFolder temp;
  const std::string file = temp / "completion.bash";
  write_text(file, script_for("bash"));
  return output_of("bash -c 'source " + file + "; COMP_WORDS=(" + words
                   + "); COMP_CWORD=$((${#COMP_WORDS[@]}-1)); _freshet; echo \"${COMPREPLY[*]}\"'");
}

TEST_CASE("bash completes commands by their first letters") {
  CHECK(offered("freshet se") == "search\n");
  CHECK(offered("freshet --state /tmp/x st") == "status\n");
  CHECK(offered("freshet share r") == "rm rescan resume\n");
}

TEST_CASE("bash completes a command's own options and those of every command") {
  CHECK(offered("freshet search --t") == "--ttl --timeout --tally\n");
  CHECK(offered("freshet search --js") == "--json\n");
  CHECK(offered("freshet up --no-d") == "--no-discovery\n");
}

TEST_CASE("bash completes what an option takes, where that is a list") {
  CHECK(offered("freshet search --strategy fl") == "flood\n");
}

TEST_CASE("bash leaves file names to the shell") {
  CHECK(offered("freshet share add \"\"") == "\n");
  CHECK(offered("freshet up --name u") == "\n");
}

TEST_CASE("every command is in the script of every shell") {
  for (const std::string shell : {"bash", "zsh", "fish"}) {
    CAPTURE(shell);
    const std::string script = script_for(shell);
    for (const std::string command : {"up", "search", "get", "sim", "completion"})
      CHECK(script.find(" " + command) != std::string::npos);
  }
}

TEST_CASE("quotes and backslashes survive each shell's quoting") {
  CHECK(single_quoted(Shell::bash, "node's") == "'node'\\''s'");
  CHECK(single_quoted(Shell::zsh, "a\\b") == "'a\\b'");
  CHECK(single_quoted(Shell::fish, "node's \\") == "'node\\'s \\\\'");
}

TEST_CASE("another shell is refused, with the names of those that are known") {
  const auto parsed = parse_command_line({"completion", "tcsh"});
  const auto* stop = std::get_if<Stop>(&parsed);
  REQUIRE(stop != nullptr);
  CHECK(stop->exit_code == kExitUsage);
  CHECK(stop->err.find("bash, zsh, fish") != std::string::npos);
}

}  // namespace
}  // namespace freshet::cli
