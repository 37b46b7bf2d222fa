// The resume file of one download as bytes: parse and encode, pure. Opens nothing.
//
// All integers little-endian. A head that is replaced whole, and a journal that is appended to:
//
//     head     "FRSHRSM1" 8 | head length 4 (all of the head, check included) | content id 32
//              | size 8 | piece length 4 | boot id 16 | name length 2, name | target folder length
//              2, target folder | bitmap (ceil(pieces / 8), piece 0 is the top bit of byte 0) |
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

namespace freshet::store {

inline constexpr std::uint32_t kMinPieceLength = 16U << 10U;
inline constexpr std::uint32_t kMaxPieceLength = 1U << 30U;
inline constexpr std::uint32_t kMaxPieces = 1U << 20U;
inline constexpr std::uint64_t kMaxContentSize = 1ULL << 50U;
inline constexpr std::size_t kMaxResumeName = 255;
inline constexpr std::size_t kMaxResumeFolder = 4096;
/// The longest resume file that is read: head, and two records a piece (it is compacted long
/// before).
inline constexpr std::size_t kMaxResumeFile = (1U << 17U) + (1U << 13U) + 16U * kMaxPieces;

/// Which boot of the machine wrote something (/proc/sys/kernel/random/boot_id).
using BootId = ByteId<struct BootIdTag, 16>;

/// Which pieces are there. Fixed length.
class PieceBitmap {
 public:
  PieceBitmap() = default;
  explicit PieceBitmap(std::uint32_t pieces) : pieces_(pieces), bits_((pieces + 7) / 8) {}

  [[nodiscard]] std::uint32_t size() const { return pieces_; }
  [[nodiscard]] std::uint32_t count() const { return count_; }
  [[nodiscard]] bool all() const { return count_ == pieces_; }
  /// REQUIRES: piece < size().
  [[nodiscard]] bool has(std::uint32_t piece) const;
  /// REQUIRES: piece < size(). False when it was there before.
  bool add(std::uint32_t piece);
  /// As in a BitTorrent bitfield: piece 0 is the top bit of byte 0, spare bits are 0.
  [[nodiscard]] ByteView bytes() const { return bits_; }
  /// nullopt when the length is wrong or a spare bit is set.
  static std::optional<PieceBitmap> from(std::uint32_t pieces, ByteView bytes);

  friend bool operator==(const PieceBitmap&, const PieceBitmap&) = default;

 private:
  std::uint32_t pieces_ = 0;
  std::uint32_t count_ = 0;
  Bytes bits_;
};

struct ResumeHead {
  ContentId content;
  std::uint64_t size_bytes = 0;
  std::uint32_t piece_length = 0;
  BootId boot;
  std::string name;           ///< the file's own name, already made safe
  std::string target_folder;  ///< absolute
  PieceBitmap verified;       ///< on disk for good: synced before the head was written
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

/// Errors: invalid: not a resume file, damaged, or beyond a limit above.
Result<ResumeData> parse_resume(ByteView file);

/// REQUIRES: within the limits above, bitmap of the right length. `check` gets the head's check.
Bytes encode_resume_head(const ResumeHead& head, std::uint64_t& check);
std::array<Byte, 8> encode_resume_record(std::uint64_t check, std::uint32_t piece);

}  // namespace freshet::store
