// What a Catalogue holds, and the steps that its functions share. Only for the catalogue's own .cpp
// files.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "node/store/catalogue.h"
#include "node/store/catalogue_open.h"
#include "node/store/catalogue_sql.h"
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
    std::unordered_set<std::int64_t> seen;  ///< not by a first scan
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
  /// The one file that `statement` (bound) finds.
  static Result<std::optional<CatalogueFile>> one_file(Statement& statement);

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
  /// The first file of the share whose path is `from` or behind it.
  Result<std::optional<CatalogueFile>> first_from(ShareId share, const std::string& from);

  Result<std::vector<FileChange>> unseen();

  Result<std::optional<ContentInfo>> content_between(ByteView low, ByteView high);

  Database database;  // before the statements: they go first
  std::optional<std::string> set_aside;
  std::unordered_map<const char*, Statement> statements;
  std::optional<Scan> scan;
  GoneByInode lately_gone;   ///< since the last forget_gone()
  GoneByInode earlier_gone;  ///< between the last and the one before
  bool contents_may_be_unused = false;
};

}  // namespace freshet::store
