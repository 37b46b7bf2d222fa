#include "node/store/folder_place.h"

#include <filesystem>
#include <utility>

#include <sys/stat.h>

#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/place_file.h"
#include "node/store/safe_name.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::store {
namespace {

Error canceled() {
  return {ErrorCode::canceled, "stopped; the same `get` again goes on"};
}

bool has_folder(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0 && S_ISDIR(info.st_mode);
}

bool is_placed(const FolderPlace::File& file, const std::stop_token& stop) {
  struct stat info {};
  if (::lstat(file.absolute().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if (static_cast<std::uint64_t>(info.st_size) != file.size_bytes) return false;
  if (!file.content) return true;
  const auto found =
      hash_file({.base = file.folder, .relative = file.name, .stamp = stamp_of(info)}, stop);
  return found && found->id == *file.content;
}

}  // namespace

Result<FolderPlace> place_of(const wire::bt::FolderList& list,
                             const ContentId& id,
                             const std::string& folder,
                             const std::string& name) {
  FolderPlace place{.target = folder + "/" + safe_file_name(name, id), .id = id, .files = {}};
  std::vector<std::vector<std::string>> kept;
  std::uint64_t offset = 0;
  for (const wire::bt::ListedFile& file : list.files) {
    std::vector<std::string> path;
    for (const std::string& part : file.path) path.push_back(safe_file_name(part, id));
    kept.push_back(path);
    FolderPlace::File placed{.folder = place.target,
                             .name = std::move(path.back()),
                             .size_bytes = file.size_bytes,
                             .content = file.content,
                             .bundle_offset = std::nullopt};
    path.pop_back();
    if (!path.empty()) placed.folder += "/" + wire::bt::joined_path(path);
    if (is_bundled(file)) placed.bundle_offset = std::exchange(offset, offset + file.size_bytes);
    place.files.push_back(std::move(placed));
  }
  if (Status fine = wire::bt::check_paths(kept); !fine)
    return Error{ErrorCode::invalid, "as they would be called here, " + fine.error().message};
  return place;
}

Result<std::vector<std::size_t>> absent_files(const FolderPlace& place,
                                              const std::stop_token& stop) {
  std::vector<std::size_t> absent;
  std::string looked_at;
  bool is_there = false;
  for (std::size_t i = 0; i < place.files.size(); ++i) {
    if (stop.stop_requested()) return canceled();
    const FolderPlace::File& file = place.files[i];
    // In a folder that is not there, no file is; those of one folder are neighbours.
    if (file.folder != looked_at) {
      looked_at = file.folder;
      is_there = has_folder(looked_at);
    }
    if (!is_there || !is_placed(file, stop)) absent.push_back(i);
  }
  return absent;
}

Result<std::string> copy_into(const std::string& from, const FolderPlace::File& file) {
  if (Status made = make_folders(file.folder, S_IRWXU | S_IRWXG | S_IRWXO); !made)
    return made.error();
  const std::string copy = file.folder + "/." + file.content->hex() + ".freshet-part";
  std::error_code failed;
  std::filesystem::copy_file(from, copy, std::filesystem::copy_options::overwrite_existing, failed);
  if (failed) return Error{ErrorCode::io, from + ": " + failed.message()};
  return place_file({.from = copy,
                     .folder = file.folder,
                     .name = file.name,
                     .content = *file.content,
                     .size_bytes = file.size_bytes});
}

}  // namespace freshet::store
