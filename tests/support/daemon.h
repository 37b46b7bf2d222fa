// A real freshet daemon, and its command line. The only way in which system tests speak to a node
// is the documented one: commands, exit codes, JSON. Throws std::runtime_error when the daemon does
// not start or a command hangs; a crash or a sanitizer's report fails the test in which it happens.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "tests/support/process.h"

namespace freshet::testing {

using Json = nlohmann::json;

/// The binary under test.
[[nodiscard]] std::string freshet_binary();

struct CliResult {
  int exit_code = -1;
  std::string out;
  std::string err;

  /// stdout as one JSON value.
  [[nodiscard]] Json json() const;
  /// stdout as one JSON value a line.
  [[nodiscard]] std::vector<Json> events() const;
  /// Those of events() whose `event` is `kind`.
  [[nodiscard]] std::vector<Json> events(const std::string& kind) const;
};

/// One value a line; a line that is still being written is left out.
[[nodiscard]] std::vector<Json> parse_events(const std::string& text);

/// Runs a program to its end.
[[nodiscard]] CliResult run_program(const std::vector<std::string>& args,
                                    const std::filesystem::path& stdin_file = "/dev/null",
                                    std::chrono::milliseconds limit = std::chrono::minutes(2));
/// Runs `freshet ARGS`, without a state folder of its own.
[[nodiscard]] CliResult run_freshet(const std::vector<std::string>& args);

struct DaemonOptions {
  std::vector<std::string> paths = {};  ///< what it shares
  std::vector<std::string> peers = {};  ///< ADDR:PORT
  std::string listen = "127.0.0.1:0";   ///< empty: as without the option
  std::vector<std::string> flags = {"--no-discovery"};
  /// Words before the program, say to enter a network namespace; they exec what follows.
  std::vector<std::string> wrapper = {};
};

class Daemon {
 public:
  /// Starts `up` and waits until it is ready. `state` is its folder; what it prints goes beside it.
  Daemon(std::filesystem::path state, DaemonOptions options);
  /// Ends it as an interrupt would, and checks that it ended well.
  ~Daemon();
  Daemon(const Daemon&) = delete;
  Daemon& operator=(const Daemon&) = delete;
  Daemon(Daemon&&) = delete;
  Daemon& operator=(Daemon&&) = delete;

  /// ADDR:PORT where it listens.
  [[nodiscard]] const std::string& address() const { return address_; }
  [[nodiscard]] std::uint16_t port() const;
  [[nodiscard]] const std::filesystem::path& state() const { return state_; }
  [[nodiscard]] Process& process() { return *process_; }

  /// `freshet --state DIR ARGS`, to its end.
  [[nodiscard]] CliResult cli(const std::vector<std::string>& args) const;
  /// The same, left running; its output goes to `name`.out and .err beside the state folder.
  [[nodiscard]] std::unique_ptr<Process> start_cli(const std::vector<std::string>& args,
                                                   const std::string& name) const;

  [[nodiscard]] Json status() const;
  [[nodiscard]] std::uint64_t counter(const std::string& name) const;
  [[nodiscard]] std::size_t peer_count() const;
  /// Waits until exactly so many overlay links are up; false when that does not come.
  [[nodiscard]] bool has_peers(std::size_t count) const;
  /// Waits until it shares exactly so many files and has hashed them all.
  [[nodiscard]] bool has_hashed(std::uint64_t files) const;

  /// SIGKILL: as a power cut for this process.
  void kill() { process_->kill(); }
  /// After its end: starts it again on the same state, at the address that it had.
  void start_again();
  /// Asks it to end, without waiting.
  void ask_to_end();

 private:
  void start();
  [[nodiscard]] std::vector<std::string> command(const std::vector<std::string>& args) const;

  std::filesystem::path state_;
  DaemonOptions options_;
  std::string address_;
  std::unique_ptr<Process> process_;
};

}  // namespace freshet::testing
