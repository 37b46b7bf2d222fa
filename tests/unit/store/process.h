// Parts of a test that must happen in a process of their own: to be killed, or to have fewer
// rights.
#pragma once

#include <signal.h>  // NOLINT(modernize-deprecated-headers): kill() is POSIX's, not in <csignal>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "node/base/check.h"

namespace freshet::store {

/// Runs `work` in a child and kills that with SIGKILL as soon as it is done: no destructor runs.
template <typename Work>
void in_killed_child(Work work) {
  const pid_t child = ::fork();
  FRESHET_CHECK(child >= 0);
  if (child == 0) {
    work();
    ::kill(::getpid(), SIGKILL);
  }
  int status = 0;
  FRESHET_CHECK(::waitpid(child, &status, 0) == child);
}

inline constexpr uid_t kNobody = 65534;

/// Runs `claim` in a child that is not root (which may read everything), and gives its answer.
template <typename Claim>
bool as_nobody(Claim claim) {
  const pid_t child = ::fork();
  FRESHET_CHECK(child >= 0);
  if (child == 0) {
    const bool dropped = ::geteuid() != 0 || ::seteuid(kNobody) == 0;
    ::_exit(dropped && claim() ? 0 : 1);
  }
  int status = 0;
  FRESHET_CHECK(::waitpid(child, &status, 0) == child);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

/// No file may grow beyond `bytes` while it lives: the nearest thing to a full disk that needs no
/// root.
class FileSizeLimit {
 public:
  explicit FileSizeLimit(rlim_t bytes) : handler_(::signal(SIGXFSZ, SIG_IGN)) {
    FRESHET_CHECK(::getrlimit(RLIMIT_FSIZE, &before_) == 0);
    const rlimit limit{bytes, before_.rlim_max};
    FRESHET_CHECK(::setrlimit(RLIMIT_FSIZE, &limit) == 0);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  FileSizeLimit(FileSizeLimit&&) = delete;
  FileSizeLimit& operator=(FileSizeLimit&&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &before_);
    ::signal(SIGXFSZ, handler_);
  }

 private:
  sighandler_t handler_;
  rlimit before_{};
};

}  // namespace freshet::store
