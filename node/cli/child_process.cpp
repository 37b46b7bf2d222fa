#include "node/cli/child_process.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <thread>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace freshet::cli {
namespace {

constexpr std::chrono::milliseconds kGrace{2000};
constexpr std::chrono::milliseconds kReapStep{10};
constexpr std::size_t kReadBytes = 4096;

// After fork, before exec: only async-signal-safe calls.
[[noreturn]] void become(
    const std::vector<char*>& argv, int out_fd, Stream captured, Network network, pid_t parent) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != parent) _exit(127);  // the parent died before the line above
  if (network == Network::own && unshare(CLONE_NEWNET) != 0) _exit(127);
  const int null_fd = open("/dev/null", O_RDWR);
  dup2(null_fd, STDIN_FILENO);
  dup2(captured == Stream::out ? out_fd : null_fd, STDOUT_FILENO);
  dup2(captured == Stream::err ? out_fd : null_fd, STDERR_FILENO);
  execv(argv[0], argv.data());
  _exit(127);
}

int decode_status(int status) {
  if (WIFEXITED(status)) return WEXITSTATUS(status);
  return 128 + WTERMSIG(status);
}

}  // namespace

Result<ChildProcess> ChildProcess::start(const std::vector<std::string>& args,
                                         Stream captured,
                                         Network network) {
  std::array<int, 2> fds{};
  if (pipe2(fds.data(), O_CLOEXEC) != 0) {
    return Error{.code = ErrorCode::io,
                 .message = std::string("cannot make a pipe: ") + std::strerror(errno)};
  }
  std::vector<char*> argv;
  argv.reserve(args.size() + 1);
  for (const std::string& arg : args) argv.push_back(const_cast<char*>(arg.c_str()));
  argv.push_back(nullptr);
  const pid_t parent = getpid();
  const pid_t pid = fork();
  if (pid == 0) become(argv, fds[1], captured, network, parent);
  close(fds[1]);
  if (pid < 0) {
    close(fds[0]);
    return Error{.code = ErrorCode::io,
                 .message = "cannot start " + args[0] + ": " + std::strerror(errno)};
  }
  return ChildProcess(pid, fds[0]);
}

ChildProcess::ChildProcess(ChildProcess&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      fd_(std::exchange(other.fd_, -1)),
      at_end_(other.at_end_),
      pending_(std::move(other.pending_)) {}

ChildProcess& ChildProcess::operator=(ChildProcess&& other) noexcept {
  if (this == &other) return *this;
  release();
  pid_ = std::exchange(other.pid_, -1);
  fd_ = std::exchange(other.fd_, -1);
  at_end_ = other.at_end_;
  pending_ = std::move(other.pending_);
  return *this;
}

ChildProcess::~ChildProcess() {
  release();
}

void ChildProcess::release() {
  if (fd_ >= 0) close(std::exchange(fd_, -1));
  if (pid_ < 0) return;
  ask_to_end();
  const auto deadline = std::chrono::steady_clock::now() + kGrace;
  while (waitpid(pid_, nullptr, WNOHANG) == 0) {
    if (std::chrono::steady_clock::now() >= deadline) {
      kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      break;
    }
    std::this_thread::sleep_for(kReapStep);
  }
  pid_ = -1;
}

void ChildProcess::ask_to_end() const {
  if (pid_ > 0) kill(pid_, SIGTERM);
}

void ChildProcess::kill_now() const {
  if (pid_ > 0) kill(pid_, SIGKILL);
}

std::optional<std::string> ChildProcess::read_line(std::chrono::milliseconds timeout) {
  const auto deadline = std::chrono::steady_clock::now() + timeout;
  while (true) {
    if (const auto newline = pending_.find('\n'); newline != std::string::npos) {
      std::string line = pending_.substr(0, newline);
      pending_.erase(0, newline + 1);
      return line;
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (at_end_ || left.count() <= 0) return std::nullopt;
    pollfd waiting{.fd = fd_, .events = POLLIN, .revents = 0};
    const int ready = poll(&waiting, 1, static_cast<int>(left.count()));
    if (ready < 0) return std::nullopt;  // a signal: the caller looks whether to stop
    if (ready == 0) continue;
    std::array<char, kReadBytes> buffer{};
    const ssize_t got = read(fd_, buffer.data(), buffer.size());
    if (got <= 0) {
      at_end_ = true;
    } else {
      pending_.append(buffer.data(), static_cast<std::size_t>(got));
    }
  }
}

int ChildProcess::wait() {
  int status = 0;
  while (waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return decode_status(status);
}

}  // namespace freshet::cli
