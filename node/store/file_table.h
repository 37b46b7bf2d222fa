// What is known of each shared file, in memory, for a million of them: a folder's path, a share and
// a content are kept once, names without gaps. Files are found by their place, their id and their
// content. Not thread-safe; single owner; reads no disk.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "node/store/chunked.h"
#include "node/store/interned.h"
#include "node/store/name_pool.h"
#include "node/store/number_set.h"
#include "node/store/types.h"

namespace freshet::store {

class FileTable {
 public:
  /// Small and dense: a place that was left is used again.
  using Place = std::uint32_t;

  FileTable();
  FileTable(const FileTable&) = delete;
  FileTable& operator=(const FileTable&) = delete;
  FileTable(FileTable&&) = delete;
  FileTable& operator=(FileTable&&) = delete;
  ~FileTable() = default;

  /// nullopt: a file of this id is there, or the name is longer than any file system has
  /// (NamePool::kMaxNameBytes).
  std::optional<Place> add(const CatalogueFile& file);
  // ---- REQUIRES, of all below that take a place: a file is there
  void remove(Place place);
  /// REQUIRES: its content was not known.
  void identify(Place place, const ContentId& content);

  [[nodiscard]] std::optional<Place> find(FileId file) const { return by_id_.find(file); }
  /// The one that was known first of those that have the content.
  [[nodiscard]] std::optional<Place> find(const ContentId& content) const;

  [[nodiscard]] FileId id(Place place) const { return FileId{rows_[place].id}; }
  [[nodiscard]] ShareId share(Place place) const { return folders_[rows_[place].folder].share; }
  [[nodiscard]] std::uint64_t size_bytes(Place place) const { return rows_[place].size_bytes; }
  [[nodiscard]] FileStamp stamp(Place place) const;
  [[nodiscard]] std::optional<ContentId> content(Place place) const;
  /// Without its folders.
  [[nodiscard]] std::string_view name(Place place) const { return names_[rows_[place].name]; }
  /// Inside the share, in `into`, whose room is used again.
  std::string_view path(Place place, std::string& into) const;
  [[nodiscard]] CatalogueFile file(Place place) const;

  /// Places run from 0 to this; some may be empty.
  [[nodiscard]] Place places() const { return static_cast<Place>(rows_.size()); }
  [[nodiscard]] bool has_file(Place place) const {
    return place < rows_.size() && rows_[place].id != 0;
  }
  [[nodiscard]] std::size_t size() const { return by_id_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  static constexpr Place kNowhere = UINT32_MAX;

  /// Where files lie together.
  struct Folder {
    ShareId share;
    std::uint64_t device = 0;
    std::string path;
  };
  struct SeenFolder {
    ShareId share;
    std::uint64_t device = 0;
    std::string_view path;
    explicit operator Folder() const { return {share, device, std::string(path)}; }
    friend bool operator==(const SeenFolder& a, const Folder& b) {
      return a.share == b.share && a.device == b.device && a.path == b.path;
    }
  };
  struct HashFolder {
    std::size_t operator()(const SeenFolder& folder) const;
    std::size_t operator()(const Folder& folder) const {
      return (*this)(SeenFolder{folder.share, folder.device, folder.path});
    }
  };
  /// The files of a content, in a list through their rows.
  struct Holders {
    Place first = kNowhere;
    Place last = kNowhere;
  };
  struct Nothing {};
  static constexpr std::uint32_t kUnknown = UINT32_MAX;

  struct Row {
    std::int64_t id = 0;  ///< 0: no file is here
    std::uint64_t size_bytes = 0;
    std::int64_t mtime_ns = 0;
    std::uint64_t inode = 0;
    NamePool::Place name;
    std::uint32_t folder = 0;
    std::uint32_t content = kUnknown;
    Place before = kNowhere;  ///< of those with the content
    Place after = kNowhere;
  };
  using Rows = Chunked<Row>;
  struct IdOf {
    const Rows* rows;
    FileId operator()(Place place) const { return FileId{(*rows)[place].id}; }
  };

  Place free_place();
  void let_go(Place place);
  void mend_names();

  Rows rows_;
  std::vector<Place> free_;
  NamePool names_;
  Interned<Folder, SeenFolder, HashFolder, Nothing> folders_;
  Interned<ContentId, ContentId, IdHash, Holders> contents_;
  NumberSet<FileId, IdHash, IdOf> by_id_;
};

}  // namespace freshet::store
