// Asks the memory system for a cache line that will be needed soon. A hint: changes nothing.
#pragma once

namespace freshet::core {

inline void prefetch_line(const void* at) {
  __builtin_prefetch(at, 1);
  // Without it g++ 12 takes functions that only prefetch for pure ones, and drops calls of them.
  asm volatile("");
}

}  // namespace freshet::core
