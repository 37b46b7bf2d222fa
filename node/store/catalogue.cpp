#include "node/store/catalogue.h"

#include <algorithm>

#include "node/store/catalogue_state.h"

namespace freshet::store {

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

Result<ShareId> Catalogue::add_share(const ShareLocation& location, std::optional<bool> browse) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  const auto share = state_->keep_share(location);
  if (!share) return share;
  if (browse) {
    if (auto set = set_browse(*share, *browse); !set) return set.error();
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return share;
}

Result<ShareId> Catalogue::State::keep_share(const ShareLocation& location) {
  auto find = use(kFindShare);
  if (!find) return find.error();
  (*find)->bind(1, bytes_of(location.path));
  const auto row = (*find)->step();
  if (!row) return row.error();
  const ShareId known{*row ? (*find)->integer(0) : 0};
  (*find)->reset();
  if (*row) return known;
  auto add = use(kAddShare);
  if (!add) return add.error();
  (*add)->bind(1, bytes_of(location.path)).bind(2, location.single_file ? 1 : 0);
  if (auto done = (*add)->run(); !done) return done.error();
  return ShareId{database.last_insert()};
}

Status Catalogue::remove_share(ShareId share) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  if (auto done = state_->run(kRemoveShare, share.value); !done) return done;
  if (state_->database.changes() == 0) {
    return Error{ErrorCode::not_found, "there is no such share; see `freshet share ls`"};
  }
  if (auto done = state_->drop_unused(); !done) return done;
  if (state_->scan && state_->scan->share == share) state_->scan.reset();
  return transaction->commit();
}

Result<std::vector<Share>> Catalogue::shares() {
  auto statement = state_->use(kListShares);
  if (!statement) return statement.error();
  std::vector<Share> shares;
  const Status read = for_each_row(**statement, [&](const Statement& row) -> Status {
    shares.push_back(
        {ShareId{row.integer(0)}, {text_in(row, 1), row.integer(2) != 0}, row.integer(3) != 0});
    return kOk;
  });
  if (!read) return read.error();
  return shares;
}

Status Catalogue::set_browse(ShareId share, bool allowed) {
  if (auto done = state_->run(kSetBrowse, share.value, allowed ? 1 : 0); !done) return done;
  if (state_->database.changes() == 0)
    return Error{ErrorCode::not_found, "there is no such share; see `freshet share ls`"};
  return kOk;
}

Status Catalogue::for_each_file(const std::function<Status(const CatalogueFile&)>& visit,
                                std::optional<ShareId> only) {
  auto statement = only ? state_->bound(kFilesOfShare, only->value) : state_->bound(kAllFiles);
  if (!statement) return statement.error();
  return for_each_row(**statement, [&](const Statement& row) { return visit(read_file(row)); });
}

Result<std::optional<CatalogueFile>> Catalogue::file(FileId file) {
  auto statement = state_->use(kFileById);
  if (!statement) return statement.error();
  (*statement)->bind(1, file.value);
  return State::one_file(**statement);
}

Result<std::size_t> Catalogue::record_hashes(std::span<const HashedFile> hashed) {
  auto transaction = state_->begin();
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
  auto transaction = state_->begin();
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
  if (state_->scan && state_->scan->share == share) state_->scan->seen.insert(id);
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
  (*statement)->bind(1, id.view());
  std::vector<FileRef> files;
  const Status read = for_each_row(**statement, [&](const Statement& row) -> Status {
    files.push_back(read_ref(row));
    return kOk;
  });
  if (!read) return read.error();
  return files;
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

Result<std::optional<std::int64_t>> Catalogue::index_serial() {
  auto statement = state_->use(kIndexSerial);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  const auto row = (*statement)->step();
  if (!row) return row.error();
  return *row ? std::optional((*statement)->integer(0)) : std::nullopt;
}

Status Catalogue::set_index_serial(std::int64_t serial) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  if (auto done = state_->run(kDropIndexSerial); !done) return done;
  if (auto done = state_->run(kSetIndexSerial, serial); !done) return done;
  return transaction->commit();
}

}  // namespace freshet::store
