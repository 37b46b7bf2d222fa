#include "node/store/catalogue.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "node/store/catalogue_open.h"
#include "node/store/sqlite.h"
#include "node/wire/bt/merkle.h"

namespace freshet::store {

namespace {

// The statements. Columns of a file are always in the order of read_file().
#define FRESHET_FILE_COLUMNS                                                            \
  "file.id, file.share, file.path, file.size, file.mtime_ns, file.inode, file.device, " \
  "content.content_id"
#define FRESHET_FILE_SOURCE " FROM file LEFT JOIN content ON content.id = file.content "

constexpr const char* kFindShare = "SELECT id FROM share WHERE path = ?1";
constexpr const char* kAddShare = "INSERT INTO share (path, single_file) VALUES (?1, ?2)";
constexpr const char* kRemoveShare = "DELETE FROM share WHERE id = ?1";
constexpr const char* kListShares = "SELECT id, path, single_file FROM share ORDER BY id";
constexpr const char* kHasShare = "SELECT 1 FROM share WHERE id = ?1";
constexpr const char* kFindFile =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.share = ?1 AND file.path = ?2";
constexpr const char* kFileById =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.id = ?1";
constexpr const char* kAllFiles =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "ORDER BY file.share, file.path";
constexpr const char* kFilesOfShare =
    "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE "WHERE file.share = ?1";
constexpr const char* kUnhashed = "SELECT " FRESHET_FILE_COLUMNS FRESHET_FILE_SOURCE
                                  "WHERE file.content IS NULL ORDER BY file.size";
constexpr const char* kByInode =
    "SELECT file.content, content.content_id FROM file JOIN content ON content.id = file.content"
    " WHERE file.content IS NOT NULL AND inode = ?1 AND device = ?2 AND file.size = ?3 AND "
    "mtime_ns = ?4 LIMIT 1";
constexpr const char* kInsertFile =
    "INSERT INTO file (share, path, size, mtime_ns, inode, device, content) VALUES (?1, ?2, ?3, "
    "?4, ?5, ?6, ?7)";
constexpr const char* kUpdateFile =
    "UPDATE file SET size = ?3, mtime_ns = ?4, inode = ?5, device = ?6, content = ?7 WHERE share = "
    "?1 AND path = ?2";
constexpr const char* kSetDevice = "UPDATE file SET device = ?2 WHERE id = ?1";
constexpr const char* kSetContent = "UPDATE file SET content = ?2 WHERE id = ?1";
constexpr const char* kRemoveFile = "DELETE FROM file WHERE id = ?1";
constexpr const char* kAddContent =
    "INSERT INTO content (content_id, size, piece_layer) VALUES (?1, ?2, ?3) ON CONFLICT DO "
    "NOTHING";
constexpr const char* kFindContent = "SELECT id FROM content WHERE content_id = ?1";
constexpr const char* kContentBetween =
    "SELECT content_id, size, piece_layer FROM content WHERE content_id BETWEEN ?1 AND ?2 LIMIT 1";
constexpr const char* kDropUnused =
    "DELETE FROM content WHERE NOT EXISTS (SELECT 1 FROM file WHERE file.content = content.id)";
constexpr const char* kFilesWith =
    "SELECT " FRESHET_FILE_COLUMNS
    ", share.path, share.single_file FROM content"
    " JOIN file ON file.content = content.id JOIN share ON share.id = file.share"
    " WHERE content.content_id = ?1 ORDER BY file.id";
constexpr const char* kLocate =
    "SELECT " FRESHET_FILE_COLUMNS ", share.path, share.single_file" FRESHET_FILE_SOURCE
    "JOIN share ON share.id = file.share WHERE file.id = ?1";
constexpr const char* kTotals = "SELECT count(*), coalesce(sum(size), 0), count(content) FROM file";

#undef FRESHET_FILE_COLUMNS
#undef FRESHET_FILE_SOURCE

// Columns behind those of a file.
constexpr int kSharePathColumn = 8;
constexpr int kSingleFileColumn = 9;

// SQLite's integers are signed; sizes and inodes go in and out unchanged in their 64 bits.
std::int64_t stored(std::uint64_t value) {
  return static_cast<std::int64_t>(value);
}

std::string text_in(const Statement& row, int column) {
  return std::string(text_of(row.blob(column)));
}

std::optional<ContentId> content_id_in(const Statement& row, int column) {
  const ByteView bytes = row.blob(column);
  if (bytes.size() != ContentId::kSize) return std::nullopt;
  return ContentId::from(bytes);
}

CatalogueFile read_file(const Statement& row) {
  CatalogueFile file;
  file.id = FileId{row.integer(0)};
  file.share = ShareId{row.integer(1)};
  file.relative = text_in(row, 2);
  file.stamp.size_bytes = static_cast<std::uint64_t>(row.integer(3));
  file.stamp.mtime_ns = row.integer(4);
  file.stamp.inode = static_cast<std::uint64_t>(row.integer(5));
  file.stamp.device = static_cast<std::uint64_t>(row.integer(6));
  file.content = content_id_in(row, 7);
  return file;
}

FileRef read_ref(const Statement& row) {
  CatalogueFile file = read_file(row);
  const ShareLocation location{text_in(row, kSharePathColumn), row.integer(kSingleFileColumn) != 0};
  return FileRef{location.base(), std::move(file.relative), file.stamp};
}

Bytes blob_of(std::span<const Sha256> hashes) {
  Bytes blob;
  blob.reserve(hashes.size() * Sha256::kSize);
  for (const Sha256& hash : hashes) blob.insert(blob.end(), hash.bytes.begin(), hash.bytes.end());
  return blob;
}

Result<ContentInfo> read_content(const Statement& row) {
  ContentInfo info;
  const auto id = content_id_in(row, 0);
  info.size_bytes = static_cast<std::uint64_t>(row.integer(1));
  const ByteView layer = row.blob(2);
  if (!id || info.size_bytes > wire::bt::kMaxContentBytes
      || layer.size()
             != std::size_t{wire::bt::Shape::of(info.size_bytes).piece_count} * Sha256::kSize) {
    return Error{
        ErrorCode::invalid,
        "the catalogue holds nonsense about a content; move it away and start freshet again"};
  }
  info.id = *id;
  for (std::size_t at = 0; at < layer.size(); at += Sha256::kSize) {
    info.piece_layer.push_back(Sha256::from(layer.subspan(at, Sha256::kSize)));
  }
  return info;
}

}  // namespace

struct Catalogue::State {
  struct Scan {
    ShareId share;
    std::unordered_set<std::int64_t> seen;
  };
  struct Known {
    std::int64_t row = 0;  ///< in content
    ContentId id;
  };

  explicit State(OpenedDatabase opened)
      : database(std::move(opened.database)),
        set_aside(std::move(opened.set_aside)) {}

  /// The prepared statement of one of the texts above, ready to bind.
  Result<Statement*> use(const char* sql) {
    auto found = statements.find(sql);
    if (found == statements.end()) {
      auto prepared = database.prepare(sql);
      if (!prepared) return prepared.error();
      found = statements.emplace(sql, std::move(*prepared)).first;
    }
    found->second.reset();
    return &found->second;
  }

  /// Runs a statement with nothing but integers to bind.
  template <typename... Integers>
  Status run(const char* sql, Integers... values) {
    auto statement = use(sql);
    if (!statement) return statement.error();
    int parameter = 0;
    ((*statement)->bind(++parameter, static_cast<std::int64_t>(values)), ...);
    return (*statement)->run();
  }

  /// The one file that `statement` (bound) finds.
  static Result<std::optional<CatalogueFile>> one_file(Statement& statement) {
    const ResetAtEnd guard(statement);
    const auto row = statement.step();
    if (!row) return row.error();
    if (!*row) return std::optional<CatalogueFile>();
    return std::optional(read_file(statement));
  }

  Result<std::optional<CatalogueFile>> find(ShareId share, const std::string& relative) {
    auto statement = use(kFindFile);
    if (!statement) return statement.error();
    (*statement)->bind(1, share.value).bind(2, bytes_of(relative));
    return one_file(**statement);
  }

  Result<std::optional<Known>> known_by_inode(const FileStamp& stamp) {
    auto statement = use(kByInode);
    if (!statement) return statement.error();
    const ResetAtEnd guard(**statement);
    (*statement)->bind(1, stored(stamp.inode)).bind(2, stored(stamp.device));
    (*statement)->bind(3, stored(stamp.size_bytes)).bind(4, stamp.mtime_ns);
    const auto row = (*statement)->step();
    if (!row) return row.error();
    const auto id = *row ? content_id_in(**statement, 1) : std::nullopt;
    if (!id) return std::optional<Known>();
    return std::optional(Known{(*statement)->integer(0), *id});
  }

  /// `sql`: kInsertFile or kUpdateFile.
  Status put(const char* sql,
             ShareId share,
             const ScannedFile& file,
             std::optional<std::int64_t> content) {
    auto statement = use(sql);
    if (!statement) return statement.error();
    (*statement)->bind(1, share.value).bind(2, bytes_of(file.relative));
    (*statement)->bind(3, stored(file.stamp.size_bytes)).bind(4, file.stamp.mtime_ns);
    (*statement)->bind(5, stored(file.stamp.inode)).bind(6, stored(file.stamp.device));
    if (content) {
      (*statement)->bind(7, *content);
    } else {
      (*statement)->bind_null(7);
    }
    return (*statement)->run();
  }

  /// The row of the content, made where it is missing.
  Result<std::int64_t> keep_content(const ContentInfo& content) {
    auto add = use(kAddContent);
    if (!add) return add.error();
    const Bytes layer = blob_of(content.piece_layer);
    (*add)->bind(1, content.id.view()).bind(2, stored(content.size_bytes)).bind(3, layer);
    if (auto done = (*add)->run(); !done) return done.error();
    auto find_row = use(kFindContent);
    if (!find_row) return find_row.error();
    const ResetAtEnd guard(**find_row);
    (*find_row)->bind(1, content.id.view());
    const auto row = (*find_row)->step();
    if (!row) return row.error();
    return (*find_row)->integer(0);
  }

  /// Compares one scanned file with what is known. nullopt: nothing changed.
  Result<std::optional<FileChange>> merge_one(const ScannedFile& scanned) {
    auto before = find(scan->share, scanned.relative);
    if (!before) return before.error();
    if (*before && is_unchanged((*before)->stamp, scanned.stamp)) {
      scan->seen.insert((*before)->id.value);
      if ((*before)->stamp.device != scanned.stamp.device) {
        if (auto done = run(kSetDevice, (*before)->id.value, stored(scanned.stamp.device)); !done) {
          return done.error();
        }
      }
      return std::optional<FileChange>();
    }
    auto known = known_by_inode(scanned.stamp);
    if (!known) return known.error();
    const auto row = *known ? std::optional((*known)->row) : std::nullopt;
    if (auto done = put(*before ? kUpdateFile : kInsertFile, scan->share, scanned, row); !done) {
      return done.error();
    }
    FileChange change;
    change.change = *before ? Change::changed : Change::added;
    change.file.id = *before ? (*before)->id : FileId{database.last_insert()};
    change.file.share = scan->share;
    change.file.relative = scanned.relative;
    change.file.stamp = scanned.stamp;
    if (*known) change.file.content = (*known)->id;
    contents_may_be_unused |= before->has_value();
    skipped.erase(change.file.id.value);
    scan->seen.insert(change.file.id.value);
    return std::optional(std::move(change));
  }

  Result<std::vector<FileChange>> unseen() {
    auto statement = use(kFilesOfShare);
    if (!statement) return statement.error();
    const ResetAtEnd guard(**statement);
    (*statement)->bind(1, scan->share.value);
    std::vector<FileChange> gone;
    while (true) {
      const auto row = (*statement)->step();
      if (!row) return row.error();
      if (!*row) return gone;
      if (scan->seen.contains((*statement)->integer(0))) continue;
      gone.push_back({Change::removed, read_file(**statement)});
    }
  }

  Result<std::optional<ContentInfo>> content_between(ByteView low, ByteView high) {
    auto statement = use(kContentBetween);
    if (!statement) return statement.error();
    const ResetAtEnd guard(**statement);
    (*statement)->bind(1, low).bind(2, high);
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return std::optional<ContentInfo>();
    auto info = read_content(**statement);
    if (!info) return info.error();
    return std::optional(std::move(*info));
  }

  Database database;  // before the statements: they go first
  std::optional<std::string> set_aside;
  std::unordered_map<const char*, Statement> statements;
  std::optional<Scan> scan;
  std::unordered_set<std::int64_t> skipped;  ///< see skip_hashing()
  bool contents_may_be_unused = false;
};

Result<Catalogue> Catalogue::open(const std::string& file, UnixSeconds now) {
  auto opened = open_catalogue_database(file, now);
  if (!opened) return opened.error();
  return Catalogue(std::make_unique<State>(std::move(*opened)));
}

Catalogue::Catalogue(std::unique_ptr<State> state) : state_(std::move(state)) {}
Catalogue::Catalogue(Catalogue&&) noexcept = default;
Catalogue& Catalogue::operator=(Catalogue&&) noexcept = default;
Catalogue::~Catalogue() = default;

const std::optional<std::string>& Catalogue::set_aside() const {
  return state_->set_aside;
}

Result<ShareId> Catalogue::add_share(const ShareLocation& location) {
  auto find = state_->use(kFindShare);
  if (!find) return find.error();
  (*find)->bind(1, bytes_of(location.path));
  const auto row = (*find)->step();
  if (!row) return row.error();
  const ShareId known{*row ? (*find)->integer(0) : 0};
  (*find)->reset();
  if (*row) return known;
  auto add = state_->use(kAddShare);
  if (!add) return add.error();
  (*add)->bind(1, bytes_of(location.path)).bind(2, location.single_file ? 1 : 0);
  if (auto done = (*add)->run(); !done) return done.error();
  return ShareId{state_->database.last_insert()};
}

Status Catalogue::remove_share(ShareId share) {
  auto transaction = Transaction::begin(state_->database);
  if (!transaction) return transaction.error();
  if (auto done = state_->run(kRemoveShare, share.value); !done) return done;
  if (state_->database.changes() == 0) {
    return Error{ErrorCode::not_found, "there is no such share; see `freshet share ls`"};
  }
  if (auto done = state_->run(kDropUnused); !done) return done;
  if (state_->scan && state_->scan->share == share) state_->scan.reset();
  return transaction->commit();
}

Result<std::vector<Share>> Catalogue::shares() {
  auto statement = state_->use(kListShares);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  std::vector<Share> shares;
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return shares;
    shares.push_back({ShareId{(*statement)->integer(0)},
                      {text_in(**statement, 1), (*statement)->integer(2) != 0}});
  }
}

Status Catalogue::begin_scan(ShareId share) {
  auto statement = state_->use(kHasShare);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  (*statement)->bind(1, share.value);
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return Error{ErrorCode::not_found, "there is no such share; see `freshet share ls`"};
  state_->scan.emplace();
  state_->scan->share = share;
  return kOk;
}

Result<std::vector<FileChange>> Catalogue::merge(std::span<const ScannedFile> batch) {
  if (!state_->scan)
    return Error{ErrorCode::canceled, "the share was removed while it was scanned"};
  auto transaction = Transaction::begin(state_->database);
  if (!transaction) return transaction.error();
  std::vector<FileChange> changes;
  for (const ScannedFile& scanned : batch) {
    auto change = state_->merge_one(scanned);
    if (!change) return change.error();
    if (*change) changes.push_back(std::move(**change));
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return changes;
}

Result<std::vector<FileChange>> Catalogue::end_scan() {
  if (!state_->scan)
    return Error{ErrorCode::canceled, "the share was removed while it was scanned"};
  auto gone = state_->unseen();
  if (!gone) return gone;
  if (!gone->empty() || state_->contents_may_be_unused) {
    auto transaction = Transaction::begin(state_->database);
    if (!transaction) return transaction.error();
    for (const FileChange& change : *gone) {
      if (auto done = state_->run(kRemoveFile, change.file.id.value); !done) return done.error();
    }
    if (auto done = state_->run(kDropUnused); !done) return done.error();
    if (auto done = transaction->commit(); !done) return done.error();
    state_->contents_may_be_unused = false;
  }
  state_->scan.reset();
  return gone;
}

Status Catalogue::for_each_file(const std::function<Status(const CatalogueFile&)>& visit) {
  auto statement = state_->use(kAllFiles);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return kOk;
    if (auto visited = visit(read_file(**statement)); !visited) return visited;
  }
}

Result<std::vector<CatalogueFile>> Catalogue::unhashed(std::size_t limit) {
  auto statement = state_->use(kUnhashed);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  std::vector<CatalogueFile> files;
  while (files.size() < limit) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) break;
    if (state_->skipped.contains((*statement)->integer(0))) continue;
    files.push_back(read_file(**statement));
  }
  return files;
}

void Catalogue::skip_hashing(FileId file) {
  state_->skipped.insert(file.value);
}

Result<std::optional<CatalogueFile>> Catalogue::file(FileId file) {
  auto statement = state_->use(kFileById);
  if (!statement) return statement.error();
  (*statement)->bind(1, file.value);
  return State::one_file(**statement);
}

Result<std::size_t> Catalogue::record_hashes(std::span<const HashedFile> hashed) {
  auto transaction = Transaction::begin(state_->database);
  if (!transaction) return transaction.error();
  std::size_t kept = 0;
  for (const HashedFile& one : hashed) {
    auto known = file(one.file);
    if (!known) return known.error();
    if (!*known || !is_unchanged((*known)->stamp, one.stamp)) continue;
    const auto content = state_->keep_content(one.content);
    if (!content) return content.error();
    if (auto done = state_->run(kSetContent, one.file.value, *content); !done) return done.error();
    ++kept;
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return kept;
}

Result<FileId> Catalogue::add_file(ShareId share,
                                   const ScannedFile& file,
                                   const ContentInfo& content) {
  auto transaction = Transaction::begin(state_->database);
  if (!transaction) return transaction.error();
  auto before = state_->find(share, file.relative);
  if (!before) return before.error();
  const auto row = state_->keep_content(content);
  if (!row) return row.error();
  if (auto done = state_->put(*before ? kUpdateFile : kInsertFile, share, file, *row); !done) {
    return done.error();
  }
  const FileId id = *before ? (*before)->id : FileId{state_->database.last_insert()};
  if (auto done = transaction->commit(); !done) return done.error();
  // A scan that has passed its folder already would call it gone.
  if (state_->scan && state_->scan->share == share) state_->scan->seen.insert(id.value);
  return id;
}

Status Catalogue::remove_file(FileId file) {
  state_->contents_may_be_unused = true;
  return state_->run(kRemoveFile, file.value);
}

Result<std::optional<ContentInfo>> Catalogue::content(const ContentId& id) {
  return state_->content_between(id.view(), id.view());
}

Result<std::optional<ContentInfo>> Catalogue::content(const InfoHash& id) {
  ContentId low;
  ContentId high;
  high.bytes.fill(0xFF);
  std::ranges::copy(id.bytes, low.bytes.begin());
  std::ranges::copy(id.bytes, high.bytes.begin());
  return state_->content_between(low.view(), high.view());
}

Result<std::vector<FileRef>> Catalogue::files_with(const ContentId& id) {
  auto statement = state_->use(kFilesWith);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  (*statement)->bind(1, id.view());
  std::vector<FileRef> files;
  while (true) {
    const auto row = (*statement)->step();
    if (!row) return row.error();
    if (!*row) return files;
    files.push_back(read_ref(**statement));
  }
}

Result<std::optional<FileRef>> Catalogue::locate(FileId file) {
  auto statement = state_->use(kLocate);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  (*statement)->bind(1, file.value);
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return std::optional<FileRef>();
  return std::optional(read_ref(**statement));
}

Result<CatalogueTotals> Catalogue::totals() {
  auto statement = state_->use(kTotals);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  const auto row = (*statement)->step();
  if (!row) return row.error();
  CatalogueTotals totals;
  totals.files = static_cast<std::uint64_t>((*statement)->integer(0));
  totals.size_bytes = static_cast<std::uint64_t>((*statement)->integer(1));
  totals.hashed_files = static_cast<std::uint64_t>((*statement)->integer(2));
  return totals;
}

}  // namespace freshet::store
