// A program that a command starts: its output by lines, its end, and the certainty that it does not
// outlive the command.
#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include <sys/types.h>

#include "node/base/result.h"

namespace freshet::cli {

enum class Stream { out, err };
enum class Network { shared, own };  ///< own: a new, empty network namespace

class ChildProcess {
 public:
  /// Starts `args[0]` with `args`. `captured` is read by read_line(); the other stream goes to
  /// /dev/null. The child is killed when this process dies, however it dies.
  static Result<ChildProcess> start(const std::vector<std::string>& args,
                                    Stream captured,
                                    Network network = Network::shared);

  ChildProcess(ChildProcess&& other) noexcept;
  ChildProcess& operator=(ChildProcess&& other) noexcept;
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;
  /// Ends the child: asks first, kills after two seconds.
  ~ChildProcess();

  /// The next line without its newline; nullopt at the stream's end, or when none came in time
  /// (at_end() tells).
  std::optional<std::string> read_line(std::chrono::milliseconds timeout);
  [[nodiscard]] bool at_end() const { return at_end_; }

  /// Waits for its end; the exit code, or 128 + signal.
  int wait();
  /// Asks it to end (SIGTERM), without waiting.
  void ask_to_end() const;
  /// Ends it at once (SIGKILL), without waiting.
  void kill_now() const;
  [[nodiscard]] pid_t pid() const { return pid_; }

 private:
  ChildProcess(pid_t pid, int fd) : pid_(pid), fd_(fd) {}
  void release();

  pid_t pid_ = -1;
  int fd_ = -1;
  bool at_end_ = false;
  std::string pending_;
};

}  // namespace freshet::cli
