// The writing side of a download: DOWNLOADS/<content id>.part, and .resume beside it (format in
// resume_data.h). Verifies nothing: the caller says which pieces are good.
//
// What a crash can do. A piece is recorded only after write() took all its bytes. After kill -9
// both are in the kernel, so every recorded piece is there: none is fetched again. After a power
// cut the disk may hold a record without its bytes; therefore records carry the boot in which they
// were written, and those of an earlier boot are forgotten, except what a checkpoint (data synced
// first, then the head replaced) had covered: at most kCheckpointBytes are fetched again. A torn
// record, or one of garbage, is ignored. finish() syncs the data before the file gets its name, so
// a file under its own name is whole, always.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "node/base/result.h"
#include "node/store/resume_data.h"
#include "node/store/unique_fd.h"

namespace freshet::store {

/// Bytes verified between two checkpoints.
inline constexpr std::uint64_t kCheckpointBytes = 256U << 20U;
/// Bytes verified before the kernel is told to start writing them to the disk, so that no sync has
/// much left to wait for.
inline constexpr std::uint64_t kWritebackBytes = 16U << 20U;

struct PartialSpec {
  ContentId content;
  std::uint64_t size_bytes = 0;
  std::uint32_t piece_length = 0;
  std::string name;           ///< from a peer: made safe here
  std::string target_folder;  ///< absolute; made where it is missing
  /// Parts of it are read, and nobody wants it whole: it needs no space for the rest.
  bool aside = false;
  std::uint64_t hole_bytes = 0;  ///< of it that nobody writes, and that need no space
};

/// Makes the folder where it is missing. Errors: io: that cannot be, or it may not be written into.
Status make_target(const std::string& folder);
/// Where the bytes are until the file gets its name.
std::string part_path_of(const std::string& downloads, const ContentId& content);
/// The pieces that are certainly on disk: those of the head, and the journal's if this is still the
/// boot in which they were written.
wire::bt::PieceSet recorded_pieces(const ResumeData& data);
/// REQUIRES: is_valid(head), have.size() == head.verified.size().
std::uint64_t verified_bytes_of(const ResumeHead& head, const wire::bt::PieceSet& have);

class PartialFile {
 public:
  /// Begins the download, or goes on with it where one of that content is in `downloads` (its name
  /// and folder become those of `spec`). A damaged resume file is set aside and the download begins
  /// again; then restarted() is true. Errors: io (folder not writable, less free space than is
  /// still to come), invalid (beyond a limit of resume_data.h).
  static Result<PartialFile> open(const std::string& downloads, const PartialSpec& spec);
  /// Goes on after a restart. Errors: not_found (no such download), and those of above.
  static Result<PartialFile> resume(const std::string& downloads, const ContentId& content);
  /// Removes .part and .resume. Nothing there is fine. Errors: io.
  static Status discard(const std::string& downloads, const ContentId& content);

  [[nodiscard]] const ResumeHead& head() const { return head_; }
  [[nodiscard]] const wire::bt::PieceSet& verified() const { return have_; }
  [[nodiscard]] std::uint64_t verified_bytes() const;
  [[nodiscard]] bool complete() const { return have_.all(); }
  [[nodiscard]] bool restarted() const { return restarted_; }
  /// Length of a piece: the last may be shorter. REQUIRES: piece < verified().size().
  [[nodiscard]] std::uint32_t piece_size(std::uint32_t piece) const;

  /// Writes bytes of a piece that is not recorded yet. Errors: invalid (out of range), io (disk
  /// full: nothing is recorded, going on later is possible).
  Status write_at(std::uint64_t offset, ByteView bytes);
  /// Fills `out`; the caller sees to it that these bytes were written. Errors: invalid, io.
  [[nodiscard]] Status read_at(std::uint64_t offset, std::span<Byte> out) const;
  /// The same bytes, to be read also when this is finished; none where that cannot be had.
  [[nodiscard]] UniqueFd open_again() const;
  /// Records that the piece was written and matches its hash. Twice is fine. Errors: invalid, io.
  Status record(std::uint32_t piece);
  /// write_at() and record(). REQUIRES nothing: a wrong length is an Error (invalid).
  Status write_piece(std::uint32_t piece, ByteView bytes);
  /// Syncs data, then the bitmap. record() calls it every kCheckpointBytes; call it when a daemon
  /// ends in good order.
  Status checkpoint();

  /// It is wanted whole, under this name (from a peer: made safe here) in this folder. Errors, and
  /// all stays as it was: invalid, io (as open()'s).
  Status retarget(const std::string& name, const std::string& target_folder);

  /// Syncs, and gives the file its name in the target folder, in one step; removes the resume file.
  /// Never replaces anything: where a different file has the name it becomes "name (2).ext"; where
  /// the very same content is there already, that one stays and is the answer. Across file systems:
  /// copied to a hidden name in the target folder first. Returns the absolute path. The PartialFile
  /// is of no further use then. Errors: invalid (pieces are missing), io (try again later).
  Result<std::string> finish() { return finish_as(head_.content); }
  /// The same for a download that is not called by its content: `content` is what it turned out to
  /// be.
  Result<std::string> finish_as(const ContentId& content);

 private:
  PartialFile() = default;
  static Result<PartialFile> open_with(const std::string& downloads,
                                       ResumeHead head,
                                       std::uint64_t hole_bytes = 0);
  Status open_part();
  [[nodiscard]] Status check_space() const;
  Status write_head();
  [[nodiscard]] Status check_range(std::uint64_t offset, std::uint64_t length) const;

  ResumeHead head_;
  std::uint64_t hole_bytes_ = 0;
  wire::bt::PieceSet have_;
  std::string part_path_;
  std::string resume_path_;
  UniqueFd part_;
  UniqueFd journal_;
  std::uint64_t check_ = 0;
  std::uint64_t journal_bytes_ = 0;  ///< where the next record goes
  std::uint64_t records_ = 0;        ///< since the head was written
  std::uint64_t since_checkpoint_bytes_ = 0;
  std::uint64_t since_writeback_bytes_ = 0;
  bool restarted_ = false;
};

}  // namespace freshet::store
