// The catalogue's folders: each has its path once, and its files have its number.
#include "node/store/catalogue_state.h"

namespace freshet::store {

Result<std::optional<std::int64_t>> Catalogue::State::find_folder(ShareId share,
                                                                  std::string_view path) {
  if (last_folder && last_folder->share == share && last_folder->folder.path == path)
    return std::optional(last_folder->folder.row);
  auto statement = use(kFindFolder);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  (*statement)->bind(1, share.value).bind(2, bytes_of(path));
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return std::optional<std::int64_t>();
  last_folder = {.share = share,
                 .folder = {.row = (*statement)->integer(0), .path = std::string(path)}};
  return std::optional(last_folder->folder.row);
}

Result<std::int64_t> Catalogue::State::keep_folder(ShareId share, std::string_view path) {
  const auto known = find_folder(share, path);
  if (!known) return known.error();
  if (*known) return **known;
  auto add = use(kAddFolder);
  if (!add) return add.error();
  (*add)->bind(1, share.value).bind(2, bytes_of(path));
  if (auto done = (*add)->run(); !done) return done.error();
  last_folder = {.share = share,
                 .folder = {.row = database.last_insert(), .path = std::string(path)}};
  return last_folder->folder.row;
}

Result<std::optional<Catalogue::State::Folder>> Catalogue::State::folder_after(
    ShareId share, std::string_view path) {
  auto statement = use(kFolderAfter);
  if (!statement) return statement.error();
  const ResetAtEnd guard(**statement);
  (*statement)->bind(1, share.value).bind(2, bytes_of(path));
  const auto row = (*statement)->step();
  if (!row) return row.error();
  if (!*row) return std::optional<Folder>();
  return std::optional(Folder{.row = (*statement)->integer(0), .path = text_in(**statement, 1)});
}

Result<std::vector<CatalogueFile>> Catalogue::State::files_in(std::int64_t folder) {
  auto statement = bound(kFilesIn, folder);
  if (!statement) return statement.error();
  return all_files(**statement);
}

Status Catalogue::State::forget_in(std::int64_t folder,
                                   const HasFile& has_file,
                                   std::vector<FileChange>& changes) {
  auto files = files_in(folder);
  if (!files) return files.error();
  for (CatalogueFile& file : *files) {
    if (has_file(file.relative)) continue;
    if (auto done = forget(file); !done) return done;
    changes.push_back({Change::removed, std::move(file)});
  }
  return kOk;
}

Status Catalogue::State::forget_unlisted(ShareId share,
                                         const std::string& folder,
                                         const HasFile& has_file,
                                         const FolderOf& folder_of,
                                         std::vector<FileChange>& changes) {
  const auto listed = find_folder(share, folder);
  if (!listed) return listed.error();
  if (*listed) {
    if (auto done = forget_in(**listed, has_file, changes); !done) return done;
  }
  std::string from = folder;
  while (true) {
    const auto below = folder_after(share, from);
    if (!below) return below.error();
    if (!*below || !(*below)->path.starts_with(folder)) return kOk;
    const std::string inside = folder_of((*below)->path);
    from = inside.empty() ? (*below)->path : inside + '0';  // '0' follows '/'
    if (!inside.empty()) continue;
    const auto none = [](const std::string&) {
      return false;
    };
    if (auto done = forget_in((*below)->row, none, changes); !done) return done;
    if (auto done = run(kRemoveFolder, (*below)->row); !done) return done;
    last_folder.reset();
  }
}

}  // namespace freshet::store
