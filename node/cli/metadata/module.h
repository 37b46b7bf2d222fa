// What the module beside the program (libfreshet_metadata.so) offers to the process that reads
// metadata. Only that process loads it, so neither the node nor any other command carries the
// libraries behind it.
#pragma once

#include <cstddef>
#include <cstdint>

namespace freshet::cli {

inline constexpr const char* kMetadataModule = "libfreshet_metadata.so";

/// As the libraries say it: texts are cut to their room, end with a zero, and may be no UTF-8.
struct RawMetadata {
  static constexpr std::size_t kTextBytes = 1024;
  char artist[kTextBytes];  // NOLINT(modernize-avoid-c-arrays): across a C interface
  char title[kTextBytes];   // NOLINT(modernize-avoid-c-arrays)
  char album[kTextBytes];   // NOLINT(modernize-avoid-c-arrays)
  std::uint64_t duration_ms;
  std::uint64_t width;
  std::uint64_t height;
};

/// `freshet_metadata_confine`: loads what is loaded late, and gives up everything but reading open
/// files. Zero: done.
using ConfineMetadata = int (*)();
/// `freshet_metadata_read`: fills `out`, which is all zero. May not return: files may break it.
using ReadMetadata = void (*)(int file, RawMetadata* out);

}  // namespace freshet::cli
