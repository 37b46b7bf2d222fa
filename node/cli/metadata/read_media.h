// The two libraries behind the metadata module: MediaInfo for sound, video and pictures, Poppler
// for PDF. Both may crash or throw on a file that was made for that.
#pragma once

#include <cstddef>

#include "node/cli/metadata/module.h"

namespace freshet::cli {

/// Of one file, that are read at most: its ends tell, and some tables in between.
inline constexpr std::size_t kMaxReadBytes = std::size_t{64} << 20U;
/// A longer PDF is not looked into.
inline constexpr std::size_t kMaxPdfBytes = std::size_t{512} << 20U;

void read_media(int file, std::uint64_t size, RawMetadata& out);
void read_pdf(int file, std::uint64_t size, RawMetadata& out);

}  // namespace freshet::cli
