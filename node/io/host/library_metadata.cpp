// What the Library knows of its files' metadata, and asks for.
#include "node/io/host/library.h"

namespace freshet::io {

std::shared_ptr<const wire::FileMetadata> Library::metadata_of(
    store::FileTable::Place place) const {
  const auto content = files_.content(place);
  return content ? metadata_.of(*content) : nullptr;
}

bool Library::has_metadata(store::FileTable::Place place) const {
  const auto content = files_.content(place);
  return content && metadata_.knows(*content);
}

std::uint32_t Library::mark_of(store::FileTable::Place place) const {
  const auto content = files_.content(place);
  return content ? metadata_.mark(*content) : 0;
}

// Of what the index has of it, where that may lag behind what is known: a copy of another file is
// indexed anew when its turn comes, or, by a name that is not looked into, at the next start.
std::uint32_t Library::mark_of_words(store::FileTable::Place place) const {
  const std::uint32_t mark = mark_of(place);
  if (mark == 0) return 0;  // most, and the rest costs more
  const bool lags =
      metadata_.is_waiting(files_.id(place)) || !may_have_metadata(files_.name(place));
  return lags ? 0 : mark;
}

// It has an id now, or came with one: what it says is known, or is to be read.
void Library::ask_for_metadata(store::FileTable::Place place) {
  if (files_.content(place) && !has_metadata(place))
    metadata_.add(files_.id(place), files_.name(place));
}

std::optional<MetadataReads::Place> Library::locate_hashed(store::FileId id) const {
  const auto place = files_.find(id);
  const auto content = place ? files_.content(*place) : std::nullopt;
  auto where = locate(id);
  if (!content || !where) return std::nullopt;
  return MetadataReads::Place{.where = std::move(*where), .content = *content};
}

}  // namespace freshet::io
