// A program that a test runs: its output in files, its end, and the certainty that it does not
// outlive the test, however the test ends. Throws std::runtime_error where the machine fails it.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

namespace freshet::testing {

class Process {
 public:
  /// Starts `args[0]` (found in PATH) with stdin from `stdin_file`, stdout to `output`.out, stderr
  /// to `output`.err; files that exist are continued. The child is killed when the calling thread
  /// ends.
  Process(const std::vector<std::string>& args,
          const std::filesystem::path& output,
          const std::filesystem::path& stdin_file = "/dev/null");
  /// Kills it.
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;
  Process(Process&&) = delete;
  Process& operator=(Process&&) = delete;

  /// The exit code, 128 + signal for one that was killed; nullopt when it still runs after `limit`.
  std::optional<int> wait(std::chrono::milliseconds limit);
  [[nodiscard]] bool running() { return !wait(std::chrono::milliseconds(0)); }
  /// Sends a signal; nothing when it has ended.
  void send(int signal);
  /// SIGKILL, and waits for the end.
  void kill();

  [[nodiscard]] pid_t pid() const { return pid_; }
  /// What it has written so far.
  [[nodiscard]] std::string out() const;
  [[nodiscard]] std::string err() const;
  /// Its resident memory now.
  [[nodiscard]] std::size_t resident_bytes() const;

 private:
  std::filesystem::path output_;
  pid_t pid_ = -1;
  int pid_fd_ = -1;
  std::optional<int> exit_code_;
};

}  // namespace freshet::testing
