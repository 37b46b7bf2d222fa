// Answers a BEP 52 hash request from content that can be read: a run of one layer's hashes, and the
// uncle hashes that prove it. Knows no files and no peers.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

/// As on the wire (BEP 52, message 21).
struct HashRange {
  std::uint32_t base_layer = 0;    ///< 0: leaves (16 KiB blocks)
  std::uint32_t index = 0;         ///< first hash, a multiple of `length`
  std::uint32_t length = 0;        ///< hashes, a power of two from 2 to kMaxHashesPerRequest
  std::uint32_t proof_layers = 0;  ///< layers above base_layer that the proof must cover
};
/// What one request may ask for (BEP 52 suggests 512 and forbids nothing).
inline constexpr std::uint32_t kMaxHashesPerRequest = 512;
/// What one request may make us read from disk, in bytes; more is refused.
inline constexpr std::uint64_t kMaxRehashBytes = 64U << 20U;

/// Reads exactly out.size() bytes at `offset`.
using ReadAt = std::function<Status(std::uint64_t offset, std::span<Byte> out)>;

/// `length` hashes, then the uncles from the bottom up. Layers at or above the piece layer come
/// from `content.piece_layer`; below it the pieces asked for are read and hashed again. Errors:
/// invalid (out of range, a layer or length that BEP 52 does not allow, too much to read: send hash
/// reject), verification (a piece on disk is not what the catalogue says), or what `read` says.
Result<std::vector<Sha256>> layer_hashes(const ContentInfo& content,
                                         const HashRange& range,
                                         const ReadAt& read);

}  // namespace freshet::store
