// A FileMetadata as a field of other bodies, for the .cpp files of this folder.
#pragma once

#include <optional>
#include <string>

#include "node/wire/overlay/file_metadata.h"
#include "node/wire/overlay/utf8.h"

namespace freshet::wire {

template <typename Message>
void write_metadata(const FileMetadata& from, Message& to) {
  to.set_artist(from.artist);
  to.set_title(from.title);
  to.set_album(from.album);
  to.set_duration_ms(from.duration_ms);
  to.set_width(from.width);
  to.set_height(from.height);
}

/// nullopt: malformed.
template <typename Message>
std::optional<FileMetadata> metadata_of(const Message& from) {
  for (const std::string* text : {&from.artist(), &from.title(), &from.album()}) {
    if (text->size() > kMaxMetadataTextBytes || !is_utf8(*text)) return std::nullopt;
  }
  return FileMetadata{.artist = from.artist(),
                      .title = from.title(),
                      .album = from.album(),
                      .duration_ms = from.duration_ms(),
                      .width = from.width(),
                      .height = from.height()};
}

}  // namespace freshet::wire
