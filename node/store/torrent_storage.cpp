#include "node/store/torrent_storage.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "node/base/check.h"
#include "node/store/file_io.h"
#include "node/store/hasher.h"
#include "node/store/os_error.h"
#include "node/store/other_files.h"
#include "node/store/place_file.h"
#include "node/wire/bt/metainfo.h"

namespace freshet::store {
namespace {

constexpr std::size_t kCopyBytes = std::size_t{1} << 20U;
constexpr mode_t kFolderMode = S_IRWXU | S_IRWXG | S_IRWXO;  // less the umask, all of these
constexpr mode_t kFileMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
constexpr mode_t kPrivateFolder = S_IRWXU;

std::string info_path_of(const std::string& partials, const InfoHash& torrent) {
  return partials + "/" + download_id_of(torrent).hex() + ".info";
}

Result<FileRef> file_at(const std::string& folder, const std::string& name) {
  struct stat info {};
  const std::string path = folder + "/" + name;
  if (::lstat(path.c_str(), &info) != 0) return os_error("cannot examine", path, errno);
  return FileRef{.base = folder, .relative = name, .stamp = stamp_of(info)};
}

// Everything of the file system that `folder` is on.
Status sync_all(const std::string& folder) {
  const UniqueFd fd(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!fd || ::syncfs(fd.get()) != 0) return os_error("cannot sync", folder, errno);
  return kOk;
}

}  // namespace

TorrentStorage::TorrentStorage(std::string partials,
                               Spec spec,
                               TorrentPlace place,
                               PartialFile partial)
    : partials_(std::move(partials)),
      spec_(std::move(spec)),
      place_(std::move(place)),
      partial_(std::move(partial)) {}

Result<TorrentStorage> TorrentStorage::open(const std::string& partials, Spec spec) {
  const wire::bt::TorrentLayout& layout = *spec.layout;
  if (Status made = make_folders(partials, kPrivateFolder); !made) return made.error();
  auto place = place_of(layout, spec.folder, spec.name);
  if (!place) return place.error();
  auto partial = PartialFile::open(partials,
                                   {.content = download_id_of(layout.name),
                                    .size_bytes = layout.size_bytes,
                                    .piece_length = layout.piece_length,
                                    .name = file_name_of(place->target),
                                    .target_folder = spec.folder,
                                    .hole_bytes = layout.size_bytes - layout.asked_bytes});
  if (!partial) return partial.error();
  TorrentStorage storage(partials, std::move(spec), std::move(*place), std::move(*partial));
  if (Status adopted = storage.adopt_placed(); !adopted) return adopted.error();
  return storage;
}

Status TorrentStorage::go_on() const {
  if (!spec_.stop.stop_requested()) return kOk;
  return Error{ErrorCode::canceled, "stopped; the same `get` again goes on"};
}

// Takes what an earlier run, or somebody else, has put in place.
Status TorrentStorage::adopt_placed() {
  PlacedReader reader(place_);
  if (reader.empty() || partial_.complete()) return kOk;
  const wire::bt::TorrentLayout& layout = *spec_.layout;
  for (std::uint32_t piece = 0; piece < layout.piece_count(); ++piece) {
    if (Status on = go_on(); !on) return on;
    if (partial_.verified().has(piece)) continue;
    buffer_.resize(layout.piece_bytes(piece));
    if (!reader.read(std::uint64_t{piece} * layout.piece_length, buffer_)) continue;
    if (!layout.is_piece(piece, buffer_)) continue;
    if (Status written = partial_.write_piece(piece, buffer_); !written) return written;
  }
  return kOk;
}

Result<bool> TorrentStorage::verify(std::uint32_t piece) {
  const wire::bt::TorrentLayout& layout = *spec_.layout;
  buffer_.resize(layout.piece_bytes(piece));
  const std::uint64_t offset = std::uint64_t{piece} * layout.piece_length;
  if (Status read = partial_.read_at(offset, buffer_); !read) return read.error();
  if (!layout.is_piece(piece, buffer_)) return false;
  if (Status recorded = partial_.record(piece); !recorded) return recorded.error();
  return true;
}

std::shared_ptr<const TorrentReader> TorrentStorage::reader() const {
  return std::make_shared<const TorrentReader>(
      partial_.open_again(), spec_.layout->size_bytes, place_.target);
}

Result<FinishedTorrent> TorrentStorage::finish() {
  FRESHET_CHECK(partial_.complete());
  const ContentId id = download_id_of(spec_.layout->name);
  if (!spec_.layout->is_folder) {
    auto finished = finish_file();
    if (finished) ::unlink(info_path_of(partials_, spec_.layout->name).c_str());
    return finished;
  }
  if (Status done = finish_folder(); !done) return done.error();
  if (Status gone = PartialFile::discard(partials_, id); !gone) return gone.error();
  ::unlink(info_path_of(partials_, spec_.layout->name).c_str());
  return FinishedTorrent{.path = place_.target,
                         .content = std::nullopt,
                         .has_others = has_others(place_.target, place_.files)};
}

Result<FinishedTorrent> TorrentStorage::finish_file() {
  const std::string part =
      part_path_of(partials_, download_id_of(spec_.layout->name)).substr(partials_.size() + 1);
  const auto file = file_at(partials_, part);
  if (!file) return file.error();
  auto content = hash_file(*file, spec_.stop);
  if (!content) return content.error();
  auto path = partial_.finish_as(content->id);
  if (!path) return path.error();
  return FinishedTorrent{.path = std::move(*path), .content = std::move(*content)};
}

// The file has its name already, and the right bytes.
Result<bool> TorrentStorage::is_placed(const PlacedFile& file) {
  struct stat info {};
  if (::lstat(file.absolute().c_str(), &info) != 0 || !S_ISREG(info.st_mode)) return false;
  if (static_cast<std::uint64_t>(info.st_size) != file.size_bytes) return false;
  const UniqueFd there(::open(file.absolute().c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!there) return false;
  Bytes own;
  buffer_.resize(kCopyBytes);
  for (std::uint64_t at = 0; at < file.size_bytes; at += own.size()) {
    if (Status on = go_on(); !on) return on.error();
    own.resize(static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, file.size_bytes - at)));
    if (Status read = partial_.read_at(file.offset + at, own); !read) return read.error();
    const auto got =
        read_some_at(there.get(), at, std::span(buffer_).first(own.size()), file.absolute());
    if (!got || *got != own.size()) return false;
    if (!std::equal(own.begin(), own.end(), buffer_.begin())) return false;
  }
  return true;
}

Status TorrentStorage::copy_out(const PlacedFile& file, const std::string& to) {
  ::unlink(to.c_str());  // a crash may have left one
  const UniqueFd out(
      ::open(to.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, kFileMode));
  if (!out) return os_error("cannot make", to, errno);
  for (std::uint64_t at = 0; at < file.size_bytes; at += buffer_.size()) {
    if (Status on = go_on(); !on) return on;
    buffer_.resize(
        static_cast<std::size_t>(std::min<std::uint64_t>(kCopyBytes, file.size_bytes - at)));
    if (Status read = partial_.read_at(file.offset + at, buffer_); !read) return read;
    if (Status written = write_all_at(out.get(), at, buffer_, to); !written) return written;
  }
  return kOk;
}

// Hidden, so that no scan shares files half; in the target, so that each gets its name in one step.
std::string TorrentStorage::staging() const {
  return place_.target + "/." + download_id_of(spec_.layout->name).hex() + ".freshet-part";
}

// Copies what is not in its place yet; the answer says which.
Result<std::vector<std::size_t>> TorrentStorage::stage() {
  std::vector<std::size_t> staged;
  for (std::size_t i = 0; i < place_.files.size(); ++i) {
    const PlacedFile& file = place_.files[i];
    if (file.padding) continue;
    const auto there = is_placed(file);
    if (!there) return there.error();
    if (*there) continue;
    if (Status copied = copy_out(file, staging() + "/" + std::to_string(i)); !copied)
      return copied.error();
    staged.push_back(i);
  }
  return staged;
}

// All bytes are synced before any file gets its name: once, not once a file.
Status TorrentStorage::finish_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(staging(), ignored);  // a crash may have left one
  if (Status made = make_folders(staging(), kFolderMode); !made) return made;
  const auto staged = stage();
  Status done = staged ? sync_all(place_.target) : Status(staged.error());
  for (std::size_t i = 0; done && i < staged->size(); ++i)
    done = place(place_.files[(*staged)[i]], std::to_string((*staged)[i]));
  if (done) done = sync_all(place_.target);
  std::filesystem::remove_all(staging(), ignored);
  return done;
}

Status TorrentStorage::place(const PlacedFile& file, const std::string& staged) {
  const std::string copy = staging() + "/" + staged;
  Placement placement{.from = copy,
                      .folder = file.folder,
                      .name = file.name,
                      .content = {},
                      .size_bytes = file.size_bytes,
                      .sync_folder = false};
  struct stat info {};
  if (::lstat(file.absolute().c_str(), &info) == 0) {
    // Another file has the name; this very content may have a numbered one.
    const auto ref = file_at(staging(), staged);
    const auto content = ref ? hash_file(*ref) : Result<ContentInfo>(ref.error());
    if (!content) return content.error();
    placement.content = content->id;
  }
  const auto placed = place_file(placement);
  return placed ? Status(kOk) : placed.error();
}

Status drop_torrent(const std::string& partials, const InfoHash& torrent) {
  ::unlink(info_path_of(partials, torrent).c_str());
  return PartialFile::discard(partials, download_id_of(torrent));
}

Status keep_info(const std::string& partials, const InfoHash& torrent, ByteView info) {
  if (Status made = make_folders(partials, kPrivateFolder); !made) return made;
  return replace_file(info_path_of(partials, torrent), info, kPrivateFile);
}

std::optional<Bytes> kept_info(const std::string& partials, const InfoHash& torrent) {
  auto bytes = read_small_file(info_path_of(partials, torrent), wire::bt::kMaxInfoBytes);
  if (!bytes || !*bytes || !wire::bt::is_called(**bytes, torrent)) return std::nullopt;
  return std::move(*bytes);
}

}  // namespace freshet::store
