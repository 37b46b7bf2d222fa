// What a process has used, as Linux tells it.
#pragma once

#include <cstdint>

#include <sys/types.h>

namespace freshet::bench {

/// CPU time of all its threads that live, to the nanosecond (/proc/PID/task/*/schedstat).
double cpu_seconds(pid_t pid);
double resident_mib(pid_t pid);

}  // namespace freshet::bench
