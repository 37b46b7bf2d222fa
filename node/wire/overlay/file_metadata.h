// What a file says of itself, and how that is written: in a hit, in the catalogue, and by the
// process that reads it out of files. All three are foreign bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "node/base/bytes.h"

namespace freshet::wire {

/// Of one text. More makes it malformed.
inline constexpr std::size_t kMaxMetadataTextBytes = 256;
/// What encode() gives at most.
inline constexpr std::size_t kMaxMetadataBytes =
    3 * (kMaxMetadataTextBytes + 3) + std::size_t{3} * 6;

/// Texts are UTF-8 of strangers; empty: it does not say.
struct FileMetadata {
  std::string artist = {};
  std::string title = {};
  std::string album = {};
  std::uint32_t duration_ms = 0;  ///< 0: it does not say
  std::uint32_t width = 0;        ///< pixels
  std::uint32_t height = 0;

  [[nodiscard]] bool empty() const { return *this == FileMetadata{}; }
  friend bool operator==(const FileMetadata&, const FileMetadata&) = default;
};

Bytes encode(const FileMetadata& metadata);
/// nullopt for what is malformed, too long or not UTF-8. What is unknown is passed over.
std::optional<FileMetadata> decode_file_metadata(ByteView body);

/// The front of a text that fits: whole characters, of which each separator and control character
/// is a space, none at either end. Empty for what is not UTF-8.
std::string metadata_text(std::string_view text);

}  // namespace freshet::wire
