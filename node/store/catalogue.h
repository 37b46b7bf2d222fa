// What this node shares, on disk: share roots, their files, and the hashes of their contents, so
// that an unchanged file is never hashed twice. SQLite; the tables are in schema.h. Reads no shared
// file. Thread-compatible.
//
// Every change is a transaction (WAL, synchronous=NORMAL): kill -9 loses nothing that was
// returned; a power cut may lose the last changes and never damages: files are then hashed again.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "node/base/result.h"
#include "node/base/time.h"
#include "node/store/types.h"
#include "node/wire/overlay/file_metadata.h"

namespace freshet::store {

/// What became of a file between two scans.
enum class Change { added, changed, removed };
struct FileChange {
  Change change = Change::added;
  CatalogueFile file;  ///< `content` is known at once for a file that was renamed or linked
};

struct HashedFile {
  FileId file;
  FileStamp stamp;  ///< of the file when it was hashed
  ContentInfo content;
};

struct KnownMetadata {
  ContentId content;
  wire::FileMetadata metadata;  ///< empty: it was looked for, and there is none
};

struct CatalogueTotals {
  std::uint64_t files = 0;
  std::uint64_t size_bytes = 0;
  std::uint64_t hashed_files = 0;
};

/// What lies right in one folder.
struct FolderTotals {
  std::string path;  ///< inside the share, with its last slash; or empty: the share itself
  std::uint64_t files = 0;
  std::uint64_t hashed_files = 0;
  std::uint64_t size_bytes = 0;
  std::int64_t newest_ns = 0;
  std::uint64_t stamp = 0;  ///< another one when a file came, went or has another content
};

class Catalogue {
 public:
  /// Opens or makes `file`. A damaged one is renamed to FILE.damaged-`now` and a new one made;
  /// set_aside() tells. One of a newer freshet is an Error (io) and stays as it is.
  static Result<Catalogue> open(const std::string& file, UnixSeconds now);

  Catalogue(Catalogue&&) noexcept;
  Catalogue& operator=(Catalogue&&) noexcept;
  Catalogue(const Catalogue&) = delete;
  Catalogue& operator=(const Catalogue&) = delete;
  ~Catalogue();

  /// Where the damaged catalogue is now, when open() had to begin anew.
  [[nodiscard]] const std::optional<std::string>& set_aside() const;

  // ---- what is shared

  /// The share's id; that of the one that is there already, when it is.
  /// `browse`: see set_browse(), in the same transaction.
  Result<ShareId> add_share(const ShareLocation& location,
                            std::optional<bool> browse = std::nullopt);
  /// Forgets the share and its files. Errors: not_found.
  Status remove_share(ShareId share);
  Result<std::vector<Share>> shares();
  /// Whether neighbours may list it; true for a new one. Errors: not_found.
  Status set_browse(ShareId share, bool allowed);

  // ---- scanning: begin_scan, merge batches, end_scan

  /// Starts noting which files of the share are seen. One scan at a time; a second begin forgets
  /// the first. Errors: not_found.
  Status begin_scan(ShareId share);
  /// Compares a batch with what is known and keeps the difference, in one transaction. Returns what
  /// was added or changed. A file with a new name and a known inode, size and mtime keeps its hash.
  /// REQUIRES: begin_scan().
  Result<std::vector<FileChange>> merge(std::span<const ScannedFile> batch);
  /// Forgets files of the share that no batch had, and returns them (removed).
  Result<std::vector<FileChange>> end_scan();
  /// It knows files of the share, and none of them on this device.
  Result<bool> all_elsewhere(ShareId share, std::uint64_t device);

  // ---- single changes, between two scans

  /// One folder was listed again: what lies right in it, and which folders. Keeps the difference,
  /// in one transaction, and returns it. Files below folders that it has no more are forgotten;
  /// those below the others are not looked at. Hashes outlive a rename as with merge(), whichever
  /// of the two names is told first, up to the second forget_gone() after it.
  Result<std::vector<FileChange>> reconcile(ShareId share,
                                            const std::string& folder,
                                            std::span<const ScannedFile> files,
                                            std::span<const std::string> folders);
  /// The same for single names. Of a file with several, all that the catalogue knows are changed
  /// with one: who writes by one name is not told by the others' folders.
  Result<std::vector<FileChange>> note(ShareId share,
                                       std::span<const ScannedFile> there,
                                       std::span<const std::string> gone);
  /// Forgets the hashes of files that were gone before the last forget_gone(), where no file has
  /// them.
  Status forget_gone();

  // ---- files

  /// Every file (of `only`, or of all shares), in the order of their ids; stops at the first Error
  /// of `visit`, which must not call the catalogue.
  Status for_each_file(const std::function<Status(const CatalogueFile&)>& visit,
                       std::optional<ShareId> only = std::nullopt);
  Result<std::optional<CatalogueFile>> file(FileId file);
  /// Every folder of the share that holds files.
  Result<std::vector<FolderTotals>> folder_totals(ShareId share);
  /// The files in a folder (as FolderTotals::path has it) and below, at most `limit`.
  Result<std::vector<CatalogueFile>> files_below(ShareId share,
                                                 const std::string& folder,
                                                 std::size_t limit);
  /// Keeps hashes, in one transaction. One whose file is gone, or has another stamp now, is left
  /// out. Returns how many were kept.
  Result<std::size_t> record_hashes(std::span<const HashedFile> hashed);
  /// A file that is known from elsewhere (a finished download in a shared folder): scanned and
  /// hashed at once. Replaces what is known of that path.
  Result<FileId> add_file(ShareId share, const ScannedFile& file, const ContentInfo& content);
  Status remove_file(FileId file);

  // ---- content

  Result<std::optional<ContentInfo>> content(const ContentId& id);
  /// By the first 20 bytes of the id. Of two that share them (nobody can make them do so) one.
  Result<std::optional<ContentInfo>> content(const InfoHash& id);
  /// All files that hold the content.
  Result<std::vector<FileRef>> files_with(const ContentId& id);
  /// Where a file is. nullopt: no such file.
  Result<std::optional<FileRef>> locate(FileId file);
  Result<CatalogueTotals> totals();

  // ---- the index file that is of this catalogue (index_file.h)
  Result<std::optional<std::int64_t>> index_serial();
  Status set_index_serial(std::int64_t serial);

  // ---- what contents say of themselves

  /// Every content that says something; stops at the first Error of `visit`, which must not call
  /// the catalogue. What does not decode is passed over.
  Status for_each_metadata(const std::function<Status(const KnownMetadata&)>& visit);
  /// It was looked into, perhaps for nothing.
  Result<bool> was_looked_into(const ContentId& content);
  /// Every hashed file whose name is `wanted` and whose content was not looked into. The same of
  /// `visit`.
  Status for_each_unread(const std::function<bool(std::string_view name)>& wanted,
                         const std::function<Status(FileId)>& visit);
  /// Keeps them, in one transaction.
  Status record_metadata(std::span<const KnownMetadata> known);
  /// Forgets that of contents which no file has any more.
  Status forget_unused_metadata();

 private:
  struct State;
  explicit Catalogue(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace freshet::store
