#include "node/store/partial_file.h"

#include <algorithm>
#include <bit>
#include <cerrno>
#include <limits>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "node/store/boot_id.h"
#include "node/store/file_io.h"
#include "node/store/os_error.h"
#include "node/store/place_file.h"
#include "node/store/safe_name.h"

namespace freshet::store {

namespace {

/// The folder is private; the file gets its final name later and is the user's then, as the umask
/// says.
constexpr mode_t kPartMode = S_IRUSR | S_IWUSR | S_IRGRP | S_IWGRP | S_IROTH | S_IWOTH;
/// Records between two heads, at most: the journal stays short.
constexpr std::uint64_t kMaxRecords = 4096;
constexpr std::uint64_t kMiB = 1U << 20U;

std::string resume_path_of(const std::string& downloads, const ContentId& content) {
  return downloads + "/" + content.hex() + ".resume";
}

Result<ResumeHead> head_for(const PartialSpec& spec) {
  ResumeHead head;
  head.content = spec.content;
  head.size_bytes = spec.size_bytes;
  head.piece_length = spec.piece_length;
  head.name = safe_file_name(spec.name, spec.content);
  head.target_folder = spec.target_folder;
  head.aside = spec.aside;
  if (std::has_single_bit(spec.piece_length) && spec.piece_length >= kMinPieceLength) {
    const std::uint64_t pieces = piece_count(spec.size_bytes, spec.piece_length);
    if (pieces <= kMaxResumePieces) {
      head.verified = wire::bt::PieceSet(static_cast<std::uint32_t>(pieces));
    }
  }
  if (!is_valid(head)) {
    return Error{ErrorCode::invalid,
                 "cannot fetch " + head.name + ": its size, its pieces or the target folder \""
                     + spec.target_folder + "\" is beyond what is allowed"};
  }
  return head;
}

/// What the resume file says; nullopt: there is none. Errors: io; invalid: damaged.
Result<std::optional<ResumeData>> load_resume(const std::string& path, const ContentId& content) {
  auto bytes = read_small_file(path, kMaxResumeFile);
  if (!bytes) return bytes.error();
  if (!*bytes) return std::optional<ResumeData>();
  auto data = parse_resume(**bytes);
  if (!data) return data.error();
  if (data->head.content != content) {
    return Error{ErrorCode::invalid, "the resume file is damaged: it is another content's"};
  }
  return std::optional(std::move(*data));
}

Error no_space(const std::string& name, std::uint64_t needed, std::uint64_t available) {
  return Error{ErrorCode::io,
               "not enough space for " + name + ": " + std::to_string(needed / kMiB + 1)
                   + " MiB are still to come and " + std::to_string(available / kMiB)
                   + " MiB are free; free some space and run get again"};
}

}  // namespace

Status make_target(const std::string& folder) {
  if (auto made = make_folders(folder, kPartMode | S_IXUSR | S_IXGRP | S_IXOTH); !made) return made;
  if (::faccessat(AT_FDCWD, folder.c_str(), W_OK | X_OK, AT_EACCESS) == 0) return kOk;
  return os_error("cannot write into", folder, errno, "choose another folder with -o");
}

std::string part_path_of(const std::string& downloads, const ContentId& content) {
  return downloads + "/" + content.hex() + ".part";
}

wire::bt::PieceSet recorded_pieces(const ResumeData& data) {
  wire::bt::PieceSet have = data.head.verified;
  if (!is_same_boot(data.head.boot, current_boot())) return have;
  for (const std::uint32_t piece : data.journal) have.add(piece);
  return have;
}

std::uint64_t verified_bytes_of(const ResumeHead& head, const wire::bt::PieceSet& have) {
  if (have.none()) return 0;
  std::uint64_t bytes = std::uint64_t{have.count()} * head.piece_length;
  const std::uint64_t over = std::uint64_t{have.size()} * head.piece_length - head.size_bytes;
  if (have.has(have.size() - 1)) bytes -= over;
  return bytes;
}

Result<PartialFile> PartialFile::open(const std::string& downloads, const PartialSpec& spec) {
  auto head = head_for(spec);
  if (!head) return head.error();
  const std::string path = resume_path_of(downloads, spec.content);
  auto known = load_resume(path, spec.content);
  bool restarted = false;
  if (!known) {
    if (known.error().code != ErrorCode::invalid) return known.error();
    if (::rename(path.c_str(), (path + ".damaged").c_str()) != 0) {
      return os_error("cannot set the damaged resume file aside:", path, errno, "move it away");
    }
    restarted = true;
    known = std::optional<ResumeData>();
  }
  if (*known) {
    const ResumeHead& before = (*known)->head;
    if (before.size_bytes != head->size_bytes || before.piece_length != head->piece_length) {
      return Error{ErrorCode::invalid,
                   "the unfinished download of " + head->name
                       + " has another size; remove it first: " + path};
    }
    head->verified = recorded_pieces(**known);
  }
  auto file = open_with(downloads, std::move(*head), spec.hole_bytes);
  if (file) file->restarted_ = restarted;
  return file;
}

Result<PartialFile> PartialFile::resume(const std::string& downloads, const ContentId& content) {
  auto known = load_resume(resume_path_of(downloads, content), content);
  if (!known) return known.error();
  if (!*known) {
    return Error{ErrorCode::not_found, "there is no unfinished download of " + content.hex()};
  }
  ResumeHead head = (*known)->head;
  head.verified = recorded_pieces(**known);
  return open_with(downloads, std::move(head));
}

Result<PartialFile> PartialFile::open_with(const std::string& downloads,
                                           ResumeHead head,
                                           std::uint64_t hole_bytes) {
  PartialFile file;
  file.part_path_ = part_path_of(downloads, head.content);
  file.resume_path_ = resume_path_of(downloads, head.content);
  file.head_ = std::move(head);
  file.hole_bytes_ = hole_bytes;
  if (auto made = make_target(file.head_.target_folder); !made) return made.error();
  if (auto opened = file.open_part(); !opened) return opened.error();
  file.have_ = file.head_.verified;
  if (auto written = file.write_head(); !written) return written.error();
  return file;
}

Status PartialFile::open_part() {
  part_ =
      UniqueFd(::open(part_path_.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, kPartMode));
  if (!part_) return os_error("cannot open", part_path_, errno);
  struct stat info {};
  if (::fstat(part_.get(), &info) != 0) return os_error("cannot examine", part_path_, errno);
  // Another length than its own: somebody replaced or cut it, and nothing recorded holds.
  if (static_cast<std::uint64_t>(info.st_size) != head_.size_bytes) {
    head_.verified = wire::bt::PieceSet(head_.verified.size());
  }
  if (!head_.aside) {
    if (Status enough = check_space(); !enough) {
      if (info.st_size == 0) ::unlink(part_path_.c_str());
      return enough;
    }
  }
  if (::ftruncate(part_.get(), static_cast<off_t>(head_.size_bytes)) != 0) {
    const Error error = os_error("cannot make room for", head_.name, errno);
    if (info.st_size == 0) ::unlink(part_path_.c_str());
    return error;
  }
  return kOk;
}

Status PartialFile::check_space() const {
  struct stat info {};
  if (::fstat(part_.get(), &info) != 0) return os_error("cannot examine", part_path_, errno);
  struct statvfs disk {};
  if (::fstatvfs(part_.get(), &disk) != 0) return kOk;  // what does not fit is told when it comes
  const std::uint64_t available = std::uint64_t{disk.f_bavail} * disk.f_frsize;
  const std::uint64_t allocated = static_cast<std::uint64_t>(info.st_blocks) * 512U;
  const std::uint64_t there = std::max(allocated, verified_bytes()) + hole_bytes_;
  const std::uint64_t needed = head_.size_bytes - std::min(head_.size_bytes, there);
  if (needed > available) return no_space(head_.name, needed, available);
  return kOk;
}

Status PartialFile::discard(const std::string& downloads, const ContentId& content) {
  for (const std::string& path :
       {part_path_of(downloads, content), resume_path_of(downloads, content)}) {
    if (::unlink(path.c_str()) != 0 && errno != ENOENT)
      return os_error("cannot remove", path, errno);
  }
  return kOk;
}

std::uint64_t PartialFile::verified_bytes() const {
  return verified_bytes_of(head_, have_);
}

std::uint32_t PartialFile::piece_size(std::uint32_t piece) const {
  FRESHET_CHECK(piece < have_.size());
  const std::uint64_t start = std::uint64_t{piece} * head_.piece_length;
  return static_cast<std::uint32_t>(
      std::min<std::uint64_t>(head_.piece_length, head_.size_bytes - start));
}

Status PartialFile::check_range(std::uint64_t offset, std::uint64_t length) const {
  if (part_ && offset <= head_.size_bytes && length <= head_.size_bytes - offset) return kOk;
  return Error{ErrorCode::invalid, "bytes outside of " + head_.name + " were meant"};
}

Status PartialFile::write_at(std::uint64_t offset, ByteView bytes) {
  if (auto inside = check_range(offset, bytes.size()); !inside) return inside;
  return write_all_at(part_.get(), offset, bytes, part_path_);
}

Status PartialFile::read_at(std::uint64_t offset, std::span<Byte> out) const {
  if (auto inside = check_range(offset, out.size()); !inside) return inside;
  const auto count = read_some_at(part_.get(), offset, out, part_path_);
  if (!count) return count.error();
  if (*count == out.size()) return kOk;
  return Error{ErrorCode::io, part_path_ + " was cut short by somebody; run get again"};
}

UniqueFd PartialFile::open_again() const {
  return UniqueFd(::fcntl(part_.get(), F_DUPFD_CLOEXEC, 0));
}

Status PartialFile::record(std::uint32_t piece) {
  if (!part_ || piece >= have_.size()) {
    return Error{ErrorCode::invalid,
                 "there is no piece " + std::to_string(piece) + " in " + head_.name};
  }
  if (have_.has(piece)) return kOk;
  if (!journal_) {  // the last head could not be written
    if (auto done = checkpoint(); !done) return done;
  }
  const auto record = encode_resume_record(check_, piece);
  // At its own offset: where a full disk tore the last one, this one takes its place.
  if (auto done = write_all_at(journal_.get(), journal_bytes_, record, resume_path_); !done)
    return done;
  journal_bytes_ += record.size();
  ++records_;
  have_.add(piece);
  since_checkpoint_bytes_ += piece_size(piece);
  since_writeback_bytes_ += piece_size(piece);
  if (since_writeback_bytes_ >= kWritebackBytes) {
    // Only a hint; what fails here fails again in the sync that counts.
    ::sync_file_range(part_.get(), 0, 0, SYNC_FILE_RANGE_WRITE);
    since_writeback_bytes_ = 0;
  }
  const bool due = since_checkpoint_bytes_ >= kCheckpointBytes || records_ >= kMaxRecords;
  return due ? checkpoint() : Status(kOk);
}

Status PartialFile::write_piece(std::uint32_t piece, ByteView bytes) {
  if (piece >= have_.size() || bytes.size() != piece_size(piece)) {
    return Error{ErrorCode::invalid,
                 "piece " + std::to_string(piece) + " of " + head_.name + " has another length"};
  }
  if (auto done = write_at(std::uint64_t{piece} * head_.piece_length, bytes); !done) return done;
  return record(piece);
}

Status PartialFile::retarget(const std::string& name, const std::string& target_folder) {
  ResumeHead head = head_;
  head.name = safe_file_name(name, head_.content);
  head.target_folder = target_folder;
  head.aside = false;
  if (!is_valid(head)) {
    return Error{ErrorCode::invalid, "the target folder \"" + target_folder + "\" is not allowed"};
  }
  if (auto made = make_target(target_folder); !made) return made;
  if (head_.aside && part_) {
    if (Status enough = check_space(); !enough) return enough;
  }
  std::swap(head_, head);
  Status written = checkpoint();
  if (!written) head_ = std::move(head);
  return written;
}

Status PartialFile::checkpoint() {
  if (!part_) return kOk;
  if (::fdatasync(part_.get()) != 0) return os_error("cannot sync", part_path_, errno);
  head_.verified = have_;
  return write_head();
}

Status PartialFile::write_head() {
  head_.boot = current_boot();
  std::uint64_t check = 0;
  const Bytes head = encode_resume_head(head_, check);
  journal_.reset();  // it may be the replaced file's in a moment
  if (auto done = replace_file(resume_path_, head, kPrivateFile); !done) return done;
  journal_ = UniqueFd(::open(resume_path_.c_str(), O_WRONLY | O_CLOEXEC | O_NOFOLLOW));
  if (!journal_) return os_error("cannot open", resume_path_, errno);
  check_ = check;
  journal_bytes_ = head.size();
  records_ = 0;
  since_checkpoint_bytes_ = 0;
  return kOk;
}

Result<std::string> PartialFile::finish_as(const ContentId& content) {
  if (!part_ || !complete()) {
    return Error{ErrorCode::invalid, "pieces of " + head_.name + " are still missing"};
  }
  if (::fsync(part_.get()) != 0) return os_error("cannot sync", part_path_, errno);
  auto placed =
      place_file({part_path_, head_.target_folder, head_.name, content, head_.size_bytes});
  if (!placed) return placed;
  // A crash here leaves a resume file without its .part: list_downloads() knows what that means.
  ::unlink(resume_path_.c_str());
  part_.reset();
  journal_.reset();
  return placed;
}

}  // namespace freshet::store
