// CHECK: an invariant of ours that does not hold ends the process, in every build. Never for what a
// peer or user sends.
#pragma once

namespace freshet {
[[noreturn]] void check_failed(const char* condition, const char* file, int line);
}  // namespace freshet

#define FRESHET_CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::freshet::check_failed(#condition, __FILE__, __LINE__))
