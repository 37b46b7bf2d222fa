#include "tests/support/process.h"

#include <array>
#include <csignal>
#include <cstring>
#include <fstream>
#include <stdexcept>

#include <fcntl.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/support/files.h"

namespace freshet::testing {
namespace {

constexpr int kCannotStart = 127;  // as shells say
constexpr int kToWrite = O_WRONLY | O_CREAT | O_APPEND;

std::filesystem::path with_suffix(const std::filesystem::path& output, const char* suffix) {
  return output.string() + suffix;
}

int open_or_throw(const std::filesystem::path& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  if (fd < 0) throw std::runtime_error("cannot open " + path.string());
  return fd;
}

/// In the child, where only async-signal-safe calls are allowed.
[[noreturn]] void become(char* const* args, const std::array<int, 3>& streams, pid_t parent) {
  // posix_spawn cannot ask for this: without it a daemon would outlive a test that is killed.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != parent) ::_exit(kCannotStart);
  ::signal(SIGPIPE, SIG_DFL);  // a test that ignores it must not make the program ignore it
  for (std::size_t i = 0; i < streams.size(); ++i) ::dup2(streams.at(i), static_cast<int>(i));
  ::execvp(args[0], args);
  ::_exit(kCannotStart);
}

}  // namespace

Process::Process(const std::vector<std::string>& args,
                 const std::filesystem::path& output,
                 const std::filesystem::path& stdin_file)
    : output_(output) {
  std::vector<std::string> copies = args;
  std::vector<char*> pointers;
  pointers.reserve(copies.size() + 1);
  for (auto& copy : copies) pointers.push_back(copy.data());
  pointers.push_back(nullptr);
  const std::array<int, 3> streams = {open_or_throw(stdin_file, O_RDONLY),
                                      open_or_throw(with_suffix(output, ".out"), kToWrite),
                                      open_or_throw(with_suffix(output, ".err"), kToWrite)};
  std::array<int, 2> started{};  // closes by itself when the program runs
  if (::pipe2(started.data(), O_CLOEXEC) != 0) throw std::runtime_error("cannot make a pipe");
  const pid_t parent = ::getpid();
  pid_ = ::fork();
  if (pid_ == 0) become(pointers.data(), streams, parent);
  for (const int stream : streams) ::close(stream);
  ::close(started[1]);
  // Until then a signal would meet doctest's handlers in the copy of this process.
  char none = 0;
  [[maybe_unused]] const auto ended = ::read(started[0], &none, 1);
  ::close(started[0]);
  if (pid_ < 0) throw std::runtime_error("cannot fork");
  // glibc 2.36 declares pidfd_open() without extern "C".
  pid_fd_ = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
  if (pid_fd_ < 0) throw std::runtime_error("cannot watch " + args.front());
}

Process::~Process() {
  kill();
  ::close(pid_fd_);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (exit_code_) return exit_code_;
  pollfd ended = {.fd = pid_fd_, .events = POLLIN, .revents = 0};
  if (::poll(&ended, 1, static_cast<int>(limit.count())) <= 0) return std::nullopt;
  int status = 0;
  ::waitpid(pid_, &status, 0);  // cannot fail: it is our child, and has ended
  exit_code_ = WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
  return exit_code_;
}

void Process::send(int signal) {
  if (!exit_code_) ::kill(pid_, signal);
}

void Process::kill() {
  send(SIGKILL);
  wait(std::chrono::minutes(1));
}

std::string Process::out() const {
  return read_file(with_suffix(output_, ".out"));
}
std::string Process::err() const {
  return read_file(with_suffix(output_, ".err"));
}

std::size_t Process::resident_bytes() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  std::string word;
  while (status >> word) {
    std::size_t kib = 0;
    if (word == "VmRSS:" && status >> kib) return kib * 1024;
  }
  return 0;
}

}  // namespace freshet::testing
