#include "node/store/catalogue_state.h"

#include <algorithm>
#include <utility>

#include "node/wire/bt/merkle.h"

namespace freshet::store {
namespace {

Bytes blob_of(std::span<const Sha256> hashes) {
  Bytes blob;
  blob.reserve(hashes.size() * Sha256::kSize);
  for (const Sha256& hash : hashes) blob.insert(blob.end(), hash.bytes.begin(), hash.bytes.end());
  return blob;
}

}  // namespace

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
  file.relative = text_of(row.blob(2));
  file.relative += text_of(row.blob(3));
  file.stamp.size_bytes = static_cast<std::uint64_t>(row.integer(4));
  file.stamp.mtime_ns = row.integer(5);
  file.stamp.inode = static_cast<std::uint64_t>(row.integer(6));
  file.stamp.device = static_cast<std::uint64_t>(row.integer(7));
  file.content = content_id_in(row, 8);
  return file;
}

FileRef read_ref(const Statement& row) {
  CatalogueFile file = read_file(row);
  const ShareLocation location{text_in(row, kSharePathColumn), row.integer(kSingleFileColumn) != 0};
  return FileRef{location.base(), std::move(file.relative), file.stamp};
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

Result<Statement*> Catalogue::State::use(const char* sql) {
  auto found = statements.find(sql);
  if (found == statements.end()) {
    auto prepared = database.prepare(sql);
    if (!prepared) return prepared.error();
    found = statements.emplace(sql, std::move(*prepared)).first;
  }
  found->second.reset();
  return &found->second;
}

Result<std::vector<CatalogueFile>> Catalogue::State::all_files(Statement& statement) {
  std::vector<CatalogueFile> files;
  const Status read = for_each_row(statement, [&](const Statement& row) -> Status {
    files.push_back(read_file(row));
    return kOk;
  });
  if (!read) return read.error();
  return files;
}

Result<std::optional<CatalogueFile>> Catalogue::State::one_file(Statement& statement) {
  const ResetAtEnd guard(statement);
  const auto row = statement.step();
  if (!row) return row.error();
  if (!*row) return std::optional<CatalogueFile>();
  return std::optional(read_file(statement));
}

Result<std::optional<CatalogueFile>> Catalogue::State::find(ShareId share,
                                                            const std::string& relative) {
  const SplitPath path(relative);
  const auto folder = find_folder(share, path.folder);
  if (!folder) return folder.error();
  if (!*folder) return std::optional<CatalogueFile>();
  auto statement = use(kFindFile);
  if (!statement) return statement.error();
  (*statement)->bind(1, **folder).bind(2, bytes_of(path.name));
  return one_file(**statement);
}

Result<std::optional<Catalogue::State::Known>> Catalogue::State::known_in_files(
    const FileStamp& stamp) {
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

Status Catalogue::State::put(const char* sql,
                             ShareId share,
                             const ScannedFile& file,
                             std::optional<std::int64_t> content) {
  const SplitPath path(file.relative);
  const auto folder = keep_folder(share, path.folder);
  if (!folder) return folder.error();
  auto statement = use(sql);
  if (!statement) return statement.error();
  (*statement)->bind(1, *folder).bind(2, bytes_of(path.name));
  (*statement)->bind(3, stored(file.stamp.size_bytes)).bind(4, file.stamp.mtime_ns);
  (*statement)->bind(5, stored(file.stamp.inode)).bind(6, stored(file.stamp.device));
  if (content) {
    (*statement)->bind(7, *content);
  } else {
    (*statement)->bind_null(7);
  }
  return (*statement)->run();
}

Result<std::int64_t> Catalogue::State::keep_content(const ContentInfo& content) {
  if (scan) scan->hashes_known = true;
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

Result<Catalogue::State::Merged> Catalogue::State::merge_one(ShareId share,
                                                             const ScannedFile& scanned) {
  auto before = find(share, scanned.relative);
  if (!before) return before.error();
  if (*before && is_unchanged((*before)->stamp, scanned.stamp)) {
    if ((*before)->stamp.device != scanned.stamp.device) {
      if (auto done = run(kSetDevice, (*before)->id.value, stored(scanned.stamp.device)); !done) {
        return done.error();
      }
    }
    return Merged{.id = (*before)->id, .change = std::nullopt};
  }
  auto known = known_by_inode(scanned.stamp);
  if (!known) return known.error();
  if (*before) {
    if (auto kept = remember_gone(**before); !kept) return kept.error();
  }
  const auto row = *known ? std::optional((*known)->row) : std::nullopt;
  if (auto done = put(*before ? kUpdateFile : kInsertFile, share, scanned, row); !done) {
    return done.error();
  }
  FileChange change;
  change.change = *before ? Change::changed : Change::added;
  change.file.id = *before ? (*before)->id : FileId{database.last_insert()};
  change.file.share = share;
  change.file.relative = scanned.relative;
  change.file.stamp = scanned.stamp;
  if (*known) change.file.content = (*known)->id;
  contents_may_be_unused |= before->has_value();
  const FileId id = change.file.id;
  return Merged{.id = id, .change = std::move(change)};
}

Result<std::vector<CatalogueFile>> Catalogue::State::names_behind(const FileStamp& now) {
  auto statement = bound(kLinked, stored(now.inode), stored(now.device));
  if (!statement) return statement.error();
  auto names = all_files(**statement);
  if (names) {
    std::erase_if(*names, [&](const CatalogueFile& file) { return is_unchanged(file.stamp, now); });
  }
  return names;
}

Status Catalogue::State::merge_links(const ScannedFile& scanned, std::vector<FileChange>& changes) {
  const auto behind = names_behind(scanned.stamp);
  if (!behind) return behind.error();
  for (const CatalogueFile& file : *behind) {
    auto merged = merge_one(file.share, {.relative = file.relative, .stamp = scanned.stamp});
    if (!merged) return merged.error();
    if (merged->change) changes.push_back(std::move(*merged->change));
  }
  return kOk;
}

Status Catalogue::State::remember_gone(const CatalogueFile& file) {
  if (!file.content || lately_gone.size() >= kMaxGone) return kOk;
  auto row = use(kFindContent);
  if (!row) return row.error();
  const ResetAtEnd guard(**row);
  (*row)->bind(1, file.content->view());
  const auto found = (*row)->step();
  if (!found) return found.error();
  if (*found)
    lately_gone[file.stamp.inode] = {.stamp = file.stamp,
                                     .content = {.row = (*row)->integer(0), .id = *file.content}};
  return kOk;
}

Status Catalogue::State::forget(const CatalogueFile& file) {
  if (auto kept = remember_gone(file); !kept) return kept;
  contents_may_be_unused = true;
  return run(kRemoveFile, file.id.value);
}

Status Catalogue::State::drop_unused() {
  lately_gone.clear();  // their contents may go now
  earlier_gone.clear();
  last_folder.reset();
  if (auto done = run(kDropEmptyFolders); !done) return done;
  return run(kDropUnused);
}

Result<std::optional<Catalogue::State::Known>> Catalogue::State::known_by_inode(
    const FileStamp& stamp) {
  auto known = known_in_files(stamp);
  if (!known || *known) return known;
  for (const GoneByInode* gone : {&lately_gone, &earlier_gone}) {
    const auto found = gone->find(stamp.inode);
    if (found != gone->end() && found->second.stamp == stamp)
      return std::optional(found->second.content);
  }
  return std::optional<Known>();
}

Result<std::vector<FileChange>> Catalogue::State::unseen() {
  if (scan->first) return std::vector<FileChange>();
  auto statement = bound(kIdsOfShare, scan->share.value);
  if (!statement) return statement.error();
  std::vector<std::int64_t> ids;
  const Status read = for_each_row(**statement, [&](const Statement& row) -> Status {
    if (!scan->seen.contains(FileId{row.integer(0)})) ids.push_back(row.integer(0));
    return kOk;
  });
  if (!read) return read.error();
  std::ranges::sort(ids);
  std::vector<FileChange> gone;
  for (const std::int64_t id : ids) {
    auto by_id = bound(kFileById, id);
    if (!by_id) return by_id.error();
    auto file = one_file(**by_id);
    if (!file) return file.error();
    if (*file) gone.push_back({Change::removed, std::move(**file)});
  }
  return gone;
}

Result<std::optional<ContentInfo>> Catalogue::State::content_between(ByteView low, ByteView high) {
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

}  // namespace freshet::store
