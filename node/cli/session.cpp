#include "node/cli/session.h"

#include <csignal>

#include <unistd.h>

namespace freshet::cli {
namespace {

// Never destroyed: a signal may come until the very end.
api::Cancel& interruption() {
  static auto* const kCancel = new api::Cancel;
  return *kCancel;
}

void on_signal(int /*signal*/) {
  interruption().request();
}

api::Cancel& watch_signals() {
  api::Cancel& cancel = interruption();
  struct sigaction action {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  return cancel;
}

}  // namespace

bool Session::input_is_terminal() {
  return ::isatty(STDIN_FILENO) == 1;
}

Result<store::StatePaths> Session::state_paths() const {
  return store::resolve_state(globals_.state, store::Environment::current());
}

std::string Session::how_to_start() const {
  return cli::how_to_start(globals_);
}

Result<api::ControlClient> Session::connect() {
  const auto paths = state_paths();
  if (!paths) return paths.error();
  return api::ControlClient::connect(paths->dir, how_to_start(), &watch_signals());
}

std::string quoted(const std::string& word) {
  constexpr std::string_view plain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./:@%+=,";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string how_to_start(const Globals& globals) {
  return globals.state ? "freshet --state " + quoted(*globals.state) + " up" : "freshet up";
}

}  // namespace freshet::cli
