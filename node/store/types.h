// The nouns that the parts of the store share: what is shared, where it is, what it contains.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "node/base/ids.h"

namespace freshet::store {

/// A row of the catalogue; never given to another share or file again.
using ShareId = StrongInt<struct ShareIdTag, std::int64_t>;
using FileId = StrongInt<struct FileIdTag, std::int64_t>;

/// What tells, without reading it, that a file is still the one that was hashed.
struct FileStamp {
  std::uint64_t size_bytes = 0;
  std::int64_t mtime_ns = 0;  ///< since 1970
  std::uint64_t inode = 0;
  std::uint64_t device = 0;  ///< may change when the machine starts again
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};
/// The device aside: it names a disk only until the next boot.
inline bool is_unchanged(const FileStamp& before, const FileStamp& now) {
  return before.size_bytes == now.size_bytes && before.mtime_ns == now.mtime_ns
         && before.inode == now.inode;
}

/// What the user shares: a folder, or a single file. `path` is absolute and free of symlinks.
struct ShareLocation {
  std::string path;
  bool single_file = false;

  /// The folder that relative paths start from: `path`, or the parent of a single file.
  [[nodiscard]] std::string base() const;
  /// The path below base() of a file that a scan of this share finds: nullopt for one outside of
  /// it, or hidden in it. `absolute` must be as canonical as `path` is. Looks at the text alone.
  [[nodiscard]] std::optional<std::string> relative(const std::string& absolute) const;
  friend bool operator==(const ShareLocation&, const ShareLocation&) = default;
};

struct Share {
  ShareId id;
  ShareLocation location;
  bool browse = true;  ///< neighbours may list it
};

/// "b.txt" of "a/b.txt".
inline std::string file_name_of(const std::string& path) {
  return path.substr(path.rfind('/') + 1);
}

/// A file under a share's base(). `relative` is bytes, '/' between components; not always UTF-8.
struct FileRef {
  std::string base;
  std::string relative;
  FileStamp stamp;

  [[nodiscard]] std::string absolute() const { return base + "/" + relative; }
};

/// What the scanner found.
struct ScannedFile {
  std::string relative;
  FileStamp stamp;
  bool linked = false;  ///< it has other names too (hard links), perhaps in the share
};

/// A file that the catalogue knows. `content` is empty until it is hashed.
struct CatalogueFile {
  FileId id;
  ShareId share;
  std::string relative;
  FileStamp stamp;
  std::optional<ContentId> content;
};

/// What a content id stands for. Shape (wire::bt::Shape::of(size_bytes)) and piece length follow
/// from the size. `piece_layer` has one hash a piece, in order: one for a content of one block,
/// none for an empty one.
struct ContentInfo {
  ContentId id;
  std::uint64_t size_bytes = 0;
  std::vector<Sha256> piece_layer;
  friend bool operator==(const ContentInfo&, const ContentInfo&) = default;
};

/// The first 20 bytes: what a BitTorrent handshake carries.
inline InfoHash info_hash_of(const ContentId& id) {
  return InfoHash::from(id.view().first(InfoHash::kSize));
}

}  // namespace freshet::store
