// The index's image of the last run, and whose files it is of, in one file of the state folder. It
// is made of the catalogue and can be made again: whatever is wrong with it, it is not there.
//
// Layout, in native integers: the image; the files' ids, ascending, as differences in LEB128, each
// doubled, and one more where the four bytes of `texts` follow; a footer with the sizes, a serial
// and the SHA-256 of all before it. The serial stands in the catalogue too: an image of another
// catalogue, or of a copy of it from some other day, is none.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

/// A file whose words are kept.
struct IndexedFile {
  FileId id;
  /// They are those of its path, for as long as it is there, and of what it says of itself: its
  /// MetadataTable::mark().
  std::uint32_t texts = 0;
  friend bool operator==(const IndexedFile&, const IndexedFile&) = default;
};

class IndexFile {
 public:
  using Sink = std::function<void(ByteView)>;

  /// Writes PATH.new, or leaves none. `image`: hands the image over, piece by piece. `files`: by
  /// ascending ids. Errors: io.
  static Status write(const std::string& path,
                      std::int64_t serial,
                      std::span<const IndexedFile> files,
                      const std::function<void(const Sink&)>& image);
  /// PATH.new becomes PATH. Errors: io.
  static Status put_in_place(const std::string& path);
  /// A kill may have left PATH.new.
  static void drop_unfinished(const std::string& path);

  /// Maps it. Errors: not_found; invalid: damaged, or of another serial; io.
  static Result<IndexFile> open(const std::string& path, std::int64_t serial);

  /// At an address that is a multiple of a page.
  [[nodiscard]] ByteView image() const { return image_; }
  /// What keeps the bytes there.
  [[nodiscard]] const std::shared_ptr<const void>& keeper() const { return mapping_; }
  [[nodiscard]] std::vector<IndexedFile> files() const;

 private:
  IndexFile() = default;

  std::shared_ptr<const void> mapping_;
  ByteView image_;
  ByteView files_;
};

}  // namespace freshet::store
