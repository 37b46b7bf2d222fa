// The resume file of one download as bytes: parse and encode, pure. Opens nothing.
//
// All integers little-endian. A head that is replaced whole, and a journal that is appended to:
//
//     head     "FRSHRSM1" 8 | head length 4 (all of the head, check included) | content id 32
//              | size 8 | piece length 4 | boot id 16 | name length 2, name | target folder length
//              2, target folder | bitfield of the pieces (BEP 3) | aside 1, only where it is: 1 |
//              check 8
//     journal  any number of: piece 4 | check 4
//
// `check` of the head is a 64-bit digest of all before it; that of a journal record is a 32-bit
// digest of the head's check and the piece, so records of another head never count. Reading stops
// at the first record that is short or does not check: a torn append loses itself and nothing else.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "node/base/ids.h"
#include "node/base/result.h"
#include "node/wire/bt/piece_set.h"

namespace freshet::store {

inline constexpr std::uint32_t kMinPieceLength = 16U << 10U;
inline constexpr std::uint32_t kMaxPieceLength = 1U << 30U;
/// More than freshet's own 4,096 (wire::bt::kMaxPieces): torrents from elsewhere have their own.
inline constexpr std::uint32_t kMaxResumePieces = 1U << 20U;
inline constexpr std::size_t kMaxResumeName = 255;
inline constexpr std::size_t kMaxResumeFolder = 4096;
/// Records that are read; partial_file.h writes a new head long before.
inline constexpr std::size_t kMaxJournalRecords = 1U << 16U;
inline constexpr std::size_t kResumeRecordBytes = 8;
/// The longest file that is worth reading.
inline constexpr std::size_t kMaxResumeFile =
    kMaxResumePieces / 8 + 8192 + kMaxJournalRecords * kResumeRecordBytes;

/// Which boot of the machine wrote something (/proc/sys/kernel/random/boot_id).
using BootId = ByteId<struct BootIdTag, 16>;

struct ResumeHead {
  ContentId content;
  std::uint64_t size_bytes = 0;
  std::uint32_t piece_length = 0;
  BootId boot;
  std::string name;             ///< the file's own name, already made safe
  std::string target_folder;    ///< absolute
  wire::bt::PieceSet verified;  ///< on disk for good: synced before the head was written
  bool aside = false;           ///< parts of it were read; nobody wanted it whole
  friend bool operator==(const ResumeHead&, const ResumeHead&) = default;
};

struct ResumeData {
  ResumeHead head;
  std::uint64_t check = 0;             ///< of the head; what records are bound to
  std::vector<std::uint32_t> journal;  ///< verified since, in order; each < pieces
  std::size_t torn_bytes = 0;          ///< behind the last good record
};

/// 0 for no bytes. REQUIRES: piece_length > 0.
std::uint64_t piece_count(std::uint64_t size_bytes, std::uint32_t piece_length);

/// Sizes within the limits above, a piece length that is a power of two, a set of the right size, a
/// name that is one path component, an absolute folder.
bool is_valid(const ResumeHead& head);

/// Errors: invalid: not a resume file, damaged, or beyond a limit above.
Result<ResumeData> parse_resume(ByteView file);

/// REQUIRES: is_valid(head). `check` gets the head's check.
Bytes encode_resume_head(const ResumeHead& head, std::uint64_t& check);
std::array<Byte, kResumeRecordBytes> encode_resume_record(std::uint64_t check, std::uint32_t piece);

}  // namespace freshet::store
