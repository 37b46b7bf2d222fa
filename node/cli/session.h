// What a command that asks the daemon has in its hands: its output, the way to the daemon, and the
// end that Ctrl-C puts to both.
#pragma once

#include <string>

#include "node/api/control_client.h"
#include "node/base/result.h"
#include "node/cli/exit_code.h"
#include "node/cli/globals.h"
#include "node/cli/output.h"
#include "node/store/state_dir.h"

namespace freshet::cli {

class Session {
 public:
  explicit Session(Globals globals) : globals_(std::move(globals)) {}

  [[nodiscard]] const Globals& globals() const { return globals_; }
  [[nodiscard]] bool json() const { return globals_.json; }
  Output& output() { return output_; }
  /// Says what went wrong; returns the exit code that goes with it.
  int fail(const Error& error) { return output_.fail(error, exit_code_of(error.code)); }
  [[nodiscard]] static bool input_is_terminal();

  /// Of --state. Creates nothing.
  [[nodiscard]] Result<store::StatePaths> state_paths() const;
  /// See below.
  [[nodiscard]] std::string how_to_start() const;

  /// The daemon of --state. SIGINT and SIGTERM end every wait for it with ErrorCode::canceled from
  /// here on.
  Result<api::ControlClient> connect();
  /// Connects, asks, waits for the end.
  template <typename R>
  Result<typename R::Done> ask(const R& request,
                               std::optional<api::Millis> timeout = kAnswerTimeout) {
    auto client = connect();
    if (!client) return client.error();
    return client->call(request, timeout);
  }

  /// For what the daemon answers from memory.
  static constexpr api::Millis kAnswerTimeout{30'000};

 private:
  Globals globals_;
  Output output_;
};

/// A word as a shell takes it.
std::string quoted(const std::string& word);

/// "freshet --state DIR up", or without --state, to be pasted into a shell.
std::string how_to_start(const Globals& globals);

}  // namespace freshet::cli
