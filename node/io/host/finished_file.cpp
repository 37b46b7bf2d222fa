#include "node/io/host/finished_file.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <spdlog/spdlog.h>
#include <sys/stat.h>

#include "node/io/host/library.h"
#include "node/store/file_io.h"
#include "node/store/scanner.h"

namespace freshet::io {
namespace {

Result<store::Share> share_for(store::Catalogue& catalogue, const store::ShareLocation& location) {
  auto shares = catalogue.shares();
  if (!shares) return shares.error();
  for (const store::Share& share : *shares) {
    const bool inside =
        !share.location.single_file && location.path.starts_with(share.location.path + "/");
    if (inside) return share;
  }
  auto id = catalogue.add_share(location);
  if (!id) return id.error();
  return store::Share{.id = *id, .location = location};
}

}  // namespace

Result<store::FileStamp> stamp_of_path(const std::string& path) {
  struct stat info {};
  if (lstat(path.c_str(), &info) == 0) return store::stamp_of(info);
  return Error{
      .code = ErrorCode::io,
      .message = path + ": "
                 + std::strerror(
                     errno)};  // NOLINT(concurrency-mt-unsafe): glibc's is safe for known errors
}

Result<FinishedFile> register_finished(store::Catalogue& catalogue,
                                       const std::string& path,
                                       const store::ContentInfo& content) {
  auto location = store::resolve_share(path);
  if (!location) return location.error();
  auto share = share_for(catalogue, *location);
  if (!share) return share.error();
  auto stamp = stamp_of_path(location->path);
  if (!stamp) return stamp.error();
  const std::string relative = location->path.substr(share->location.base().size() + 1);
  auto file = catalogue.add_file(share->id, {.relative = relative, .stamp = *stamp}, content);
  if (!file) return file.error();
  return FinishedFile{.share = *share,
                      .file = {.id = *file,
                               .share = share->id,
                               .relative = relative,
                               .stamp = *stamp,
                               .content = content.id}};
}

void share_fetched_folder(Library& library, const std::string& path, bool has_others) {
  const auto shares = library.shares();
  const bool inside = std::any_of(shares.begin(), shares.end(), [&](const ShareSummary& share) {
    return path.starts_with(share.path + "/");
  });
  // What is inside of a share is seen by its watch.
  if (inside) return;
  if (has_others) {
    spdlog::info("{} is not shared: it holds other files too; freshet share add shares all of it",
                 path);
    return;
  }
  library.add_share(path, [](const Result<ShareSummary>& shared) {
    if (!shared) spdlog::warn("fetched folder: not shared: {}", shared.error().message);
  });
}

}  // namespace freshet::io
