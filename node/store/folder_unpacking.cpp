#include "node/store/folder_unpacking.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <utility>

#include <fcntl.h>
#include <stdio.h>  // NOLINT(modernize-deprecated-headers): renameat2 is Linux's, not in <cstdio>
#include <sys/stat.h>

#include "node/store/file_io.h"
#include "node/store/os_error.h"
#include "node/store/place_file.h"
#include "node/wire/bt/folder_list.h"
#include "node/wire/bt/merkle.h"
#include "node/wire/bt/sha256.h"

namespace freshet::store {
namespace {

constexpr mode_t kFolderMode = S_IRWXU | S_IRWXG | S_IRWXO;  // less the umask, both of these
constexpr mode_t kFileMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
constexpr std::size_t kUnpackBytes = std::size_t{1} << 20U;
static_assert(kUnpackBytes >= wire::bt::kMaxBundledBytes);

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

Status sync_all(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::syncfs(fd.get()) != 0) return os_error("cannot sync", folder, errno);
  return kOk;
}

/// Of a file, a run at a time.
class Reader {
 public:
  explicit Reader(const std::string& path) : path_(path) {}
  /// What is there of it.
  Result<ByteView> read(std::uint64_t offset, std::size_t length) {
    if (offset < from_ || offset + length > from_ + held_) {
      if (!open_) open_ = UniqueFd(::open(path_.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
      if (!open_) return os_error("cannot open", path_, errno);
      buffer_.resize(kUnpackBytes);
      const auto got = read_some_at(open_.get(), offset, buffer_, path_);
      if (!got) return got.error();
      from_ = offset;
      held_ = *got;
    }
    const auto at = static_cast<std::size_t>(offset - from_);
    return ByteView(buffer_).subspan(at, std::min(length, held_ - at));
  }

 private:
  const std::string& path_;
  UniqueFd open_;
  Bytes buffer_;
  std::uint64_t from_ = 0;
  std::size_t held_ = 0;
};

}  // namespace

FolderUnpacking::FolderUnpacking(FolderPlace place, std::vector<std::size_t> which)
    : place_(std::move(place)),
      which_(std::move(which)),
      staging_(parent_folder(place_.target) + "/." + place_.id.hex() + ".freshet-part") {
  std::erase_if(which_, [this](std::size_t number) {
    const FolderPlace::File& file = place_.files[number];
    return file.size_bytes > 0 && !file.bundle_offset;
  });
}

FolderUnpacking::~FolderUnpacking() {
  std::error_code ignored;
  if (begun_) std::filesystem::remove_all(staging_, ignored);
}

std::string FolderUnpacking::below(const FolderPlace::File& file) const {
  return file.folder.substr(place_.target.size());
}

Status FolderUnpacking::begin() {
  if (std::exchange(begun_, true)) return kOk;
  std::error_code ignored;
  std::filesystem::remove_all(staging_, ignored);  // a crash may have left one
  if (Status made = make_folders(parent_folder(staging_), kFolderMode); !made) return made;
  if (::mkdir(staging_.c_str(), kFolderMode) == 0) return kOk;
  return os_error("cannot make", staging_, errno, "another program uses it, or left it behind");
}

Status FolderUnpacking::stage(const std::string& path,
                              std::uint64_t bytes,
                              const std::stop_token& stop) {
  if (Status done = begin(); !done) return done;
  Reader reader(path);
  for (; next_ < which_.size(); ++next_) {
    if (stop.stop_requested())
      return Error{ErrorCode::canceled, "stopped; the same `get` again goes on"};
    const std::size_t number = which_[next_];
    const FolderPlace::File& file = place_.files[number];
    ByteView content;
    if (file.bundle_offset) {
      if (*file.bundle_offset + file.size_bytes > bytes) return kOk;
      const auto read = reader.read(*file.bundle_offset, file.size_bytes);
      if (!read) return read.error();
      content = *read;
    }
    if (Status done = stage(number, content); !done) return done;
  }
  return kOk;
}

Status FolderUnpacking::stage(std::size_t number, ByteView bytes) {
  const FolderPlace::File& file = place_.files[number];
  if (bytes.size() != file.size_bytes || !is_content(bytes, file.content)) {
    failures_.push_back(
        {file.absolute(),
         {ErrorCode::verification, "in the bundle is something else than the list says"}});
    return kOk;
  }
  if (Status done = enter(below(file)); !done) return done;
  const UniqueFd out(::openat(open_.get(),
                              file.name.c_str(),
                              O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW,
                              kFileMode));
  if (!out) return os_error("cannot make", file.absolute(), errno);
  Status written = write_all_at(out.get(), 0, bytes, file.absolute());
  if (written) {
    staged_.push_back(number);
  } else {
    ::unlinkat(open_.get(), file.name.c_str(), 0);
  }
  return written;
}

Status FolderUnpacking::enter(const std::string& folder) {
  if (open_ && folder == opened_) return kOk;
  const std::string path = staging_ + folder;
  if (Status made = make_folders(path, kFolderMode); !made) return made;
  open_ = UniqueFd(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
  if (!open_) return os_error("cannot open", path, errno);
  opened_ = folder;
  return kOk;
}

Result<std::vector<FileFailure>> FolderUnpacking::put() {
  Status done = begin();
  open_.reset();
  if (done) done = sync_all(staging_);
  for (std::size_t i = 0; done && i < staged_.size(); ++i) done = put(staged_[i]);
  std::error_code ignored;
  std::filesystem::remove_all(staging_, ignored);
  if (done) done = make_folders(place_.target, kFolderMode);
  if (done) done = sync_all(place_.target);
  if (!done) return done.error();
  return std::move(failures_);
}

Status FolderUnpacking::put(std::size_t number) {
  const FolderPlace::File& file = place_.files[number];
  const std::string folder = below(file);
  for (std::size_t end = 0; end != std::string::npos;) {
    const std::string outer = folder.substr(0, end);
    if (moved_.contains(outer)) return kOk;
    if (!there_.contains(outer)) {
      const int moved = ::renameat2(AT_FDCWD,
                                    (staging_ + outer).c_str(),
                                    AT_FDCWD,
                                    (place_.target + outer).c_str(),
                                    RENAME_NOREPLACE);
      (moved == 0 ? moved_ : there_).insert(outer);
      if (moved == 0) return kOk;
    }
    end = end == folder.size() ? std::string::npos
                               : std::min(folder.find('/', end + 1), folder.size());
  }
  const auto placed = place_file({.from = staging_ + folder + "/" + file.name,
                                  .folder = file.folder,
                                  .name = file.name,
                                  .content = file.content.value_or(empty_id()),
                                  .size_bytes = file.size_bytes,
                                  .sync_folder = false});
  return placed ? Status(kOk) : placed.error();
}

}  // namespace freshet::store
