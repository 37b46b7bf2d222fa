// What a Catalogue holds, and the steps that its functions share. Only for the catalogue's own .cpp
// files.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "node/store/catalogue.h"
#include "node/store/catalogue_open.h"
#include "node/store/catalogue_sql.h"
#include "node/store/file_ids.h"
#include "node/store/split_path.h"
#include "node/store/sqlite.h"

namespace freshet::store {

/// SQLite's integers are signed; sizes and inodes go in and out unchanged in their 64 bits.
inline std::int64_t stored(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}
std::string text_in(const Statement& row, int column);
std::optional<ContentId> content_id_in(const Statement& row, int column);
CatalogueFile read_file(const Statement& row);
FileRef read_ref(const Statement& row);
Result<ContentInfo> read_content(const Statement& row);

struct Catalogue::State {
  struct Scan {
    ShareId share;
    /// No file of the share was known when the scan began: what it finds is new, and none is gone.
    bool first = false;
    /// There may be hashes for files that it finds.
    bool hashes_known = true;
    FileIds seen;  ///< not by a first scan
  };
  struct Known {
    std::int64_t row = 0;  ///< in content
    ContentId id;
  };
  /// A file that was lately forgotten or overwritten, with its hash: it may come again by another
  /// name.
  struct Gone {
    FileStamp stamp;
    Known content;
  };
  /// By inode. With more, those beyond are hashed again.
  using GoneByInode = std::unordered_map<std::uint64_t, Gone>;
  static constexpr std::size_t kMaxGone = 200'000;
  struct Folder {
    std::int64_t row = 0;
    std::string path;
  };
  struct Merged {
    FileId id;
    std::optional<FileChange> change;
  };

  explicit State(OpenedDatabase opened)
      : database(std::move(opened.database)),
        set_aside(std::move(opened.set_aside)) {}

  /// The prepared statement of one of the texts above, ready to bind.
  Result<Statement*> use(const char* sql);

  /// The same of one with nothing but integers to bind, bound.
  template <typename... Integers>
  Result<Statement*> bound(const char* sql, Integers... values) {
    auto statement = use(sql);
    if (!statement) return statement;
    int parameter = 0;
    ((*statement)->bind(++parameter, static_cast<std::int64_t>(values)), ...);
    return statement;
  }
  /// Runs such a statement.
  template <typename... Integers>
  Status run(const char* sql, Integers... values) {
    auto statement = bound(sql, values...);
    if (!statement) return statement.error();
    return (*statement)->run();
  }
  /// Whether such a statement has a row.
  template <typename... Integers>
  Result<bool> finds(const char* sql, Integers... values) {
    auto statement = bound(sql, values...);
    if (!statement) return statement.error();
    const ResetAtEnd guard(**statement);
    return (*statement)->step();
  }

  /// The share's row, made where it is missing.
  Result<ShareId> keep_share(const ShareLocation& location);
  /// The files that `statement` (bound) finds.
  static Result<std::vector<CatalogueFile>> all_files(Statement& statement);
  /// The one file that `statement` (bound) finds.
  static Result<std::optional<CatalogueFile>> one_file(Statement& statement);

  /// A transaction, and nothing that one before may have taken back is trusted.
  Result<Transaction> begin() {
    last_folder.reset();
    return Transaction::begin(database);
  }

  // ---- folders; a path of one ends in its slash, and that of the share's base is empty
  Result<std::optional<std::int64_t>> find_folder(ShareId share, std::string_view path);
  /// Its row, made where it is missing.
  Result<std::int64_t> keep_folder(ShareId share, std::string_view path);
  /// The first one of the share behind `path`, in the order of bytes.
  Result<std::optional<Folder>> folder_after(ShareId share, std::string_view path);
  /// What lies right in it.
  Result<std::vector<CatalogueFile>> files_in(std::int64_t folder);

  Result<std::optional<CatalogueFile>> find(ShareId share, const std::string& relative);

  Result<std::optional<Known>> known_by_inode(const FileStamp& stamp);
  Result<std::optional<Known>> known_in_files(const FileStamp& stamp);
  /// To be called before the file's row goes or changes.
  Status remember_gone(const CatalogueFile& file);
  Status drop_unused();

  /// `sql`: kInsertFile, kInsertNewFile or kUpdateFile.
  Status put(const char* sql,
             ShareId share,
             const ScannedFile& file,
             std::optional<std::int64_t> content);

  /// The row of the content, made where it is missing.
  Result<std::int64_t> keep_content(const ContentInfo& content);

  /// Compares one scanned file with what is known. No change: it is as it was.
  Result<Merged> merge_one(ShareId share, const ScannedFile& scanned);
  /// What the catalogue has of this file, by any name, as it was before.
  Result<std::vector<CatalogueFile>> names_behind(const FileStamp& now);
  /// The same of a scan, which notes what it has seen.
  Result<std::optional<FileChange>> merge_scanned(const ScannedFile& scanned);
  Result<std::optional<FileChange>> merge_of_first_scan(const ScannedFile& scanned);
  /// Brings other names of the same file up to it; appends what changed.
  Status merge_links(const ScannedFile& scanned, std::vector<FileChange>& changes);
  Status forget(const CatalogueFile& file);
  using HasFile = std::function<bool(const std::string& path)>;
  /// The folder without its slash, right below, that `path` is or lies in; empty: there is none.
  using FolderOf = std::function<std::string(const std::string& path)>;
  /// Files right in `folder` that are not there any more, and all in folders below that are not.
  Status forget_unlisted(ShareId share,
                         const std::string& folder,
                         const HasFile& has_file,
                         const FolderOf& folder_of,
                         std::vector<FileChange>& changes);
  Status forget_in(std::int64_t folder, const HasFile& has_file, std::vector<FileChange>& changes);

  Result<std::vector<FileChange>> unseen();

  Result<std::optional<ContentInfo>> content_between(ByteView low, ByteView high);

  Database database;  // before the statements: they go first
  std::optional<std::string> set_aside;
  std::unordered_map<const char*, Statement> statements;
  std::optional<Scan> scan;
  /// Files come folder by folder.
  struct LastFolder {
    ShareId share;
    Folder folder;
  };
  std::optional<LastFolder> last_folder;
  GoneByInode lately_gone;   ///< since the last forget_gone()
  GoneByInode earlier_gone;  ///< between the last and the one before
  bool contents_may_be_unused = false;
};

}  // namespace freshet::store
