// Small files with metadata, written byte by byte from their formats' descriptions, so that no
// library judges its own work.
#pragma once

#include <cstdint>
#include <string>

namespace freshet::testing {

struct Tags {
  std::string artist = {};
  std::string title = {};
  std::string album = {};
};

/// An ID3v2.4 tag in UTF-8 and a second of silent MPEG audio. `salt` makes other bytes of it.
[[nodiscard]] std::string mp3_bytes(const Tags& tags, const std::string& salt = {});
/// A FLAC header that says ten seconds, and Vorbis comments; no sound.
[[nodiscard]] std::string flac_bytes(const Tags& tags);
/// A PNG's header; no picture.
[[nodiscard]] std::string png_bytes(std::uint32_t width, std::uint32_t height);
/// A document of one empty page. `title` is Latin.
[[nodiscard]] std::string pdf_bytes(const std::string& title, const std::string& author);

}  // namespace freshet::testing
