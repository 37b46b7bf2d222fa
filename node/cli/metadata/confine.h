// Gives up what reading an open file does not need. For the metadata module alone.
#pragma once

#include <cstddef>

namespace freshet::cli {

/// CPU time for one file; then the process is killed.
inline constexpr int kMetadataCpuSeconds = 5;
/// Of address space, where no sanitizer needs more.
inline constexpr std::size_t kMetadataMemoryBytes = std::size_t{1} << 30U;

/// No new descriptors but what is handed over, no files by name, no other processes, no network, no
/// core; bounded memory. For good. False: the system does not let it.
bool confine();

/// From here on `kMetadataCpuSeconds`.
void begin_cpu_limit();

}  // namespace freshet::cli
