#include "node/store/downloads.h"

#include <algorithm>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/os_error.h"
#include "node/store/partial_file.h"

namespace freshet::store {

namespace {

constexpr std::string_view kResumeSuffix = ".resume";

bool exists(const std::string& path) {
  struct stat info {};
  return ::lstat(path.c_str(), &info) == 0;
}

Status list_one(const std::string& path, DownloadList& list) {
  const std::string stem = path.substr(0, path.size() - kResumeSuffix.size());
  const std::string hex = stem.substr(stem.rfind('/') + 1);
  auto bytes = read_small_file(path, kMaxResumeFile);
  if (!bytes && bytes.error().code == ErrorCode::io) return bytes.error();
  auto data = bytes && *bytes ? parse_resume(**bytes) : Result<ResumeData>(Error{});
  if (!data || data->head.content.hex() != hex) {
    list.damaged.push_back(path);
    return kOk;
  }
  wire::bt::PieceSet have = recorded_pieces(*data);
  if (!exists(stem + ".part")) {
    // All there and the .part gone: it got its name, and only this file was not removed any more.
    if (have.all()) {
      ::unlink(path.c_str());
      return kOk;
    }
    have = wire::bt::PieceSet(have.size());
  }
  list.unfinished.push_back({data->head, verified_bytes_of(data->head, have)});
  return kOk;
}

}  // namespace

Result<DownloadList> list_downloads(const std::string& downloads) {
  std::error_code why;
  std::filesystem::directory_iterator entries(downloads, why);
  if (why == std::errc::no_such_file_or_directory) return DownloadList{};
  if (why) return os_error("cannot read", downloads, why.value());
  std::vector<std::string> paths;
  for (const std::filesystem::directory_iterator end; entries != end; entries.increment(why)) {
    std::string path = entries->path().string();
    if (path.ends_with(kResumeSuffix)) paths.push_back(std::move(path));
    if (why) break;
  }
  if (why) return os_error("cannot read", downloads, why.value());
  std::ranges::sort(paths);
  DownloadList list;
  for (const std::string& path : paths) {
    if (auto listed = list_one(path, list); !listed) return listed.error();
  }
  return list;
}

}  // namespace freshet::store
