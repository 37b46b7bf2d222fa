// The catalogue's side of scanning: what was found on disk against what is known.
#include <set>
#include <string_view>

#include "node/store/catalogue_state.h"

namespace freshet::store {
namespace {

// What a folder's listing has, for the question whether a path below it is still there.
class Listed {
 public:
  Listed(const std::string& folder,
         std::span<const ScannedFile> files,
         std::span<const std::string> folders)
      : prefix_(folder.empty() ? std::string() : folder + "/") {
    for (const ScannedFile& file : files) files_.insert(file.relative);
    for (const std::string& each : folders) folders_.insert(each);
  }

  /// Every path below the folder begins so, and no other does.
  [[nodiscard]] const std::string& prefix() const { return prefix_; }
  [[nodiscard]] bool has_file(const std::string& path) const { return files_.contains(path); }
  /// The listed folder right below that `path`, one below, is or lies in; else an empty text.
  [[nodiscard]] std::string folder_of(const std::string& path) const {
    const std::string folder = path.substr(0, path.find('/', prefix_.size()));
    return folders_.contains(folder) ? folder : std::string();
  }

 private:
  std::string prefix_;
  std::set<std::string_view> files_;
  std::set<std::string_view> folders_;
};

}  // namespace

Status Catalogue::begin_scan(ShareId share) {
  const auto known = state_->finds(kHasShare, share.value);
  if (!known) return known.error();
  if (!*known) return Error{ErrorCode::not_found, "there is no such share; see `freshet share ls`"};
  const auto has_files = state_->finds(kHasFiles, share.value);
  if (!has_files) return has_files.error();
  const auto has_contents = state_->finds(kHasContents);
  if (!has_contents) return has_contents.error();
  state_->scan.emplace();
  state_->scan->share = share;
  state_->scan->first = !*has_files;
  state_->scan->hashes_known =
      *has_contents || !state_->lately_gone.empty() || !state_->earlier_gone.empty();
  return kOk;
}

Result<std::optional<FileChange>> Catalogue::State::merge_scanned(const ScannedFile& scanned) {
  if (scan->first && !scan->hashes_known) return merge_of_first_scan(scanned);
  auto merged = merge_one(scan->share, scanned);
  if (!merged) return merged.error();
  if (!scan->first) scan->seen.insert(merged->id);
  return std::move(merged->change);
}

// One statement a file, where merge_one() needs three.
Result<std::optional<FileChange>> Catalogue::State::merge_of_first_scan(
    const ScannedFile& scanned) {
  if (auto done = put(kInsertNewFile, scan->share, scanned, std::nullopt); !done)
    return done.error();
  if (database.changes() == 0) {  // it is there: a download that ended meanwhile
    auto merged = merge_one(scan->share, scanned);
    if (!merged) return merged.error();
    return std::move(merged->change);
  }
  const CatalogueFile file{.id = FileId{database.last_insert()},
                           .share = scan->share,
                           .relative = scanned.relative,
                           .stamp = scanned.stamp,
                           .content = std::nullopt};
  return std::optional(FileChange{.change = Change::added, .file = file});
}

Result<std::vector<FileChange>> Catalogue::merge(std::span<const ScannedFile> batch) {
  if (!state_->scan)
    return Error{ErrorCode::canceled, "the share was removed while it was scanned"};
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  std::vector<FileChange> changes;
  for (const ScannedFile& scanned : batch) {
    auto change = state_->merge_scanned(scanned);
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
  if (!gone->empty()) {
    auto transaction = state_->begin();
    if (!transaction) return transaction.error();
    for (const FileChange& change : *gone) {
      if (auto done = state_->run(kRemoveFile, change.file.id.value); !done) return done.error();
    }
    if (auto done = transaction->commit(); !done) return done.error();
    state_->contents_may_be_unused = true;
  }
  // By itself, and tried again with the next scan: what nobody uses does no harm.
  if (state_->contents_may_be_unused) state_->contents_may_be_unused = !state_->drop_unused().ok();
  state_->scan.reset();
  return gone;
}

Result<bool> Catalogue::all_elsewhere(ShareId share, std::uint64_t device) {
  const auto any = state_->finds(kHasFiles, share.value);
  if (!any || !*any) return any;
  const auto here = state_->finds(kHasFilesOn, share.value, stored(device));
  if (!here) return here;
  return !*here;
}

// Folders are read in the order of their paths; what lies in a listed one is leapt over, so that
// the work is in proportion to the folder and not to what is below it.
Result<std::vector<FileChange>> Catalogue::reconcile(ShareId share,
                                                     const std::string& folder,
                                                     std::span<const ScannedFile> files,
                                                     std::span<const std::string> folders) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  std::vector<FileChange> changes;
  for (const ScannedFile& scanned : files) {
    auto merged = state_->merge_one(share, scanned);
    if (!merged) return merged.error();
    if (!merged->change) continue;
    changes.push_back(std::move(*merged->change));
    if (!scanned.linked) continue;
    if (auto done = state_->merge_links(scanned, changes); !done) return done.error();
  }
  const Listed listed(folder, files, folders);
  auto forgotten = state_->forget_unlisted(
      share,
      listed.prefix(),
      [&](const std::string& path) { return listed.has_file(path); },
      [&](const std::string& path) { return listed.folder_of(path); },
      changes);
  if (!forgotten) return forgotten.error();
  if (auto done = transaction->commit(); !done) return done.error();
  return changes;
}

Result<std::vector<FileChange>> Catalogue::note(ShareId share,
                                                std::span<const ScannedFile> there,
                                                std::span<const std::string> gone) {
  auto transaction = state_->begin();
  if (!transaction) return transaction.error();
  std::vector<FileChange> changes;
  for (const std::string& path : gone) {
    auto file = state_->find(share, path);
    if (!file) return file.error();
    if (!*file) continue;
    if (auto done = state_->forget(**file); !done) return done.error();
    changes.push_back({Change::removed, std::move(**file)});
  }
  for (const ScannedFile& scanned : there) {
    auto merged = state_->merge_one(share, scanned);
    if (!merged) return merged.error();
    if (merged->change) changes.push_back(std::move(*merged->change));
    if (!scanned.linked) continue;
    if (auto done = state_->merge_links(scanned, changes); !done) return done.error();
  }
  if (auto done = transaction->commit(); !done) return done.error();
  return changes;
}

Status Catalogue::forget_gone() {
  if (!state_->earlier_gone.empty()) {
    auto transaction = state_->begin();
    if (!transaction) return transaction.error();
    std::set<std::int64_t> kept;  // another file with the same content went since
    for (const auto& [inode, gone] : state_->lately_gone) kept.insert(gone.content.row);
    for (const auto& [inode, gone] : state_->earlier_gone) {
      if (kept.contains(gone.content.row)) continue;
      if (auto done = state_->run(kDropIfUnused, gone.content.row); !done) return done;
    }
    if (auto done = transaction->commit(); !done) return done;
    state_->earlier_gone.clear();
  }
  std::swap(state_->earlier_gone, state_->lately_gone);
  return kOk;
}

}  // namespace freshet::store
