#include "node/cli/metadata/confine.h"

#include <array>
#include <cerrno>

#include <seccomp.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/time.h>

namespace freshet::cli {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
// Shadow memory is larger than any limit, and the sanitizer's runtime makes calls of its own.
constexpr bool kSanitized = true;
#else
constexpr bool kSanitized = false;
#endif

constexpr rlim_t kMaxDescriptors = 16;

bool limit(__rlimit_resource what, rlim_t most) {
  const rlimit limits{.rlim_cur = most, .rlim_max = most};
  return setrlimit(what, &limits) == 0;
}

// What memory, threads' locks, time and reading need. All else fails with EPERM, which a library
// takes for a file that is not there.
constexpr std::array kAllowed = {
    SCMP_SYS(read),          SCMP_SYS(pread64),      SCMP_SYS(lseek),
    SCMP_SYS(close),         SCMP_SYS(recvmsg),      SCMP_SYS(sendmsg),
    SCMP_SYS(sendto),        SCMP_SYS(munmap),       SCMP_SYS(mremap),
    SCMP_SYS(madvise),       SCMP_SYS(brk),          SCMP_SYS(futex),
    SCMP_SYS(exit),          SCMP_SYS(exit_group),   SCMP_SYS(rt_sigreturn),
    SCMP_SYS(clock_gettime), SCMP_SYS(gettimeofday), SCMP_SYS(rt_sigprocmask),
    SCMP_SYS(getrandom),     SCMP_SYS(setitimer),    SCMP_SYS(sched_yield),
    SCMP_SYS(getpid),        SCMP_SYS(gettid),       SCMP_SYS(restart_syscall),
};
// Their third argument says what may be done with the memory: anything but to run it.
constexpr std::array kNotExecutable = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};

bool filter_system_calls() {
  scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
  if (filter == nullptr) return false;
  bool made = true;
  for (const int call : kAllowed) {
    made = made && seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 0) == 0;
  }
  for (const int call : kNotExecutable) {
    made = made
           && seccomp_rule_add(
                  filter, SCMP_ACT_ALLOW, call, 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0))
                  == 0;
  }
  made = made && seccomp_load(filter) == 0;
  seccomp_release(filter);
  return made;
}

}  // namespace

bool confine() {
  bool limited =
      limit(RLIMIT_CORE, 0) && limit(RLIMIT_NOFILE, kMaxDescriptors) && limit(RLIMIT_FSIZE, 0);
  if (!kSanitized) limited = limited && limit(RLIMIT_AS, kMetadataMemoryBytes);
  if (!limited || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return false;
  return kSanitized || filter_system_calls();
}

void begin_cpu_limit() {
  const itimerval once{.it_interval = {},
                       .it_value = {.tv_sec = kMetadataCpuSeconds, .tv_usec = 0}};
  setitimer(ITIMER_PROF, &once, nullptr);  // SIGPROF ends it
}

}  // namespace freshet::cli
