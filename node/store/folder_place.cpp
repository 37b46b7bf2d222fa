#include "node/store/folder_place.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/os_error.h"
#include "node/store/place_file.h"
#include "node/store/safe_name.h"
#include "node/store/unique_fd.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/sha256.h"
#include "node/wire/bt/torrent_layout.h"

namespace freshet::store {
namespace {

constexpr mode_t kFolderMode = S_IRWXU | S_IRWXG | S_IRWXO;  // less the umask, both of these
constexpr mode_t kFileMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;

Error canceled() {
  return {ErrorCode::canceled, "stopped; the same `get` again goes on"};
}

std::string staging_of(const FolderPlace& place) {
  return place.target + "/." + place.id.hex() + ".freshet-part";
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

bool is_content(ByteView bytes, const std::optional<ContentId>& content) {
  if (!content) return bytes.empty();
  wire::bt::TreeBuilder builder(bytes.size());
  builder.feed(bytes);
  const auto tree = builder.finish();
  return tree && tree->root == *content;
}

ContentId empty_id() {
  return ContentId::from(wire::bt::sha256({}).view());
}

Status write_new(const std::string& path, ByteView bytes) {
  const UniqueFd out(
      ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!out) return os_error("cannot make", path, errno);
  return write_all_at(out.get(), 0, bytes, path);
}

Status sync_all(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::syncfs(fd.get()) != 0) return os_error("cannot sync", folder, errno);
  return kOk;
}

/// The bundle's files, first beside their places, then in them.
class Unpacking {
 public:
  Unpacking(const FolderPlace& place, const std::string& bundle, std::stop_token stop)
      : place_(place),
        bundle_(bundle),
        stop_(std::move(stop)) {}

  Result<std::vector<FileFailure>> run(const std::vector<std::size_t>& which) {
    std::error_code ignored;
    std::filesystem::remove_all(staging_, ignored);  // a crash may have left one
    if (Status made = make_folders(staging_, kFolderMode); !made) return made.error();
    Status done = stage_all(which);
    if (done) done = sync_all(place_.target);
    for (std::size_t i = 0; done && i < staged_.size(); ++i) done = put(staged_[i]);
    std::filesystem::remove_all(staging_, ignored);
    if (done) done = sync_all(place_.target);
    if (!done) return done.error();
    return std::move(failures_);
  }

 private:
  [[nodiscard]] std::string copy_of(std::size_t number) const {
    return staging_ + "/" + std::to_string(number);
  }

  Status stage_all(const std::vector<std::size_t>& which) {
    for (const std::size_t number : which) {
      if (stop_.stop_requested()) return canceled();
      const FolderPlace::File& file = place_.files[number];
      if (file.size_bytes > 0 && !file.bundle_offset) continue;
      if (Status done = stage(number, file); !done) return done;
    }
    return kOk;
  }

  Status stage(std::size_t number, const FolderPlace::File& file) {
    Bytes bytes(static_cast<std::size_t>(file.size_bytes));
    if (file.bundle_offset) {
      if (!open_) open_ = UniqueFd(::open(bundle_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (!open_) return os_error("cannot open", bundle_, errno);
      const auto got = read_some_at(open_.get(), *file.bundle_offset, bytes, bundle_);
      if (!got) return got.error();
      bytes.resize(*got);
    }
    if (!is_content(bytes, file.content) || bytes.size() != file.size_bytes) {
      failures_.push_back(
          {file.absolute(),
           {ErrorCode::verification, "in the bundle is something else than the list says"}});
      return kOk;
    }
    staged_.push_back(number);
    return write_new(copy_of(number), bytes);
  }

  Status put(std::size_t number) {
    const FolderPlace::File& file = place_.files[number];
    const auto placed = place_file({.from = copy_of(number),
                                    .folder = file.folder,
                                    .name = file.name,
                                    .content = file.content.value_or(empty_id()),
                                    .size_bytes = file.size_bytes,
                                    .sync_folder = false});
    return placed ? Status(kOk) : placed.error();
  }

  const FolderPlace& place_;
  const std::string& bundle_;
  std::stop_token stop_;
  std::string staging_ = staging_of(place_);
  UniqueFd open_;
  std::vector<std::size_t> staged_;
  std::vector<FileFailure> failures_;
};

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
    if (file.is_bundled()) placed.bundle_offset = std::exchange(offset, offset + file.size_bytes);
    place.files.push_back(std::move(placed));
  }
  if (Status fine = wire::bt::check_paths(kept); !fine)
    return Error{ErrorCode::invalid, "as they would be called here, " + fine.error().message};
  return place;
}

Result<std::vector<std::size_t>> absent_files(const FolderPlace& place,
                                              const std::stop_token& stop) {
  std::vector<std::size_t> absent;
  for (std::size_t i = 0; i < place.files.size(); ++i) {
    if (stop.stop_requested()) return canceled();
    if (!is_placed(place.files[i], stop)) absent.push_back(i);
  }
  return absent;
}

Result<std::vector<FileFailure>> unpack(const FolderPlace& place,
                                        const std::vector<std::size_t>& which,
                                        const std::string& bundle,
                                        const std::stop_token& stop) {
  return Unpacking(place, bundle, stop).run(which);
}

}  // namespace freshet::store
