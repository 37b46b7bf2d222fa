// The catalogue's files by the folders that they lie in, for folders that are one item.
#include "node/store/catalogue_state.h"

namespace freshet::store {

Result<std::vector<FolderTotals>> Catalogue::folder_totals(ShareId share) {
  auto statement = state_->bound(kFolderTotals, share.value);
  if (!statement) return statement.error();
  std::vector<FolderTotals> all;
  const Status read = for_each_row(**statement, [&](const Statement& at) -> Status {
    all.push_back({.path = text_in(at, 0),
                   .files = static_cast<std::uint64_t>(at.integer(1)),
                   .hashed_files = static_cast<std::uint64_t>(at.integer(2)),
                   .size_bytes = static_cast<std::uint64_t>(at.integer(3)),
                   .newest_ns = at.integer(4),
                   .stamp = static_cast<std::uint64_t>(at.integer(5))});
    return kOk;
  });
  if (!read) return read.error();
  return all;
}

Result<std::vector<CatalogueFile>> Catalogue::files_below(ShareId share,
                                                          const std::string& folder,
                                                          std::size_t limit) {
  auto statement = state_->use(kFilesBelow);
  if (!statement) return statement.error();
  // "a/" to before "a0": '0' is behind '/'. Of the share itself, all: no path begins with 0xFF
  // 0xFF.
  const std::string end =
      folder.empty() ? std::string("\xFF\xFF") : folder.substr(0, folder.size() - 1) + "0";
  (*statement)->bind(1, share.value).bind(2, bytes_of(folder)).bind(3, bytes_of(end));
  (*statement)->bind(4, static_cast<std::int64_t>(limit));
  return State::all_files(**statement);
}

}  // namespace freshet::store
