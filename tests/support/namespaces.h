// Linux namespaces of the test process itself, so that nothing is left on the machine.
#pragma once

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

namespace freshet::testing {

/// Moves this process into namespaces of its own (CLONE_NEW...), as root or in a user namespace.
/// False where the machine does not allow it; the caller then skips, and says so.
inline bool enter_namespaces(int kinds) {
  if (::unshare(kinds) == 0) return true;
  return ::geteuid() != 0 && ::unshare(kinds | CLONE_NEWUSER) == 0;
}

}  // namespace freshet::testing
