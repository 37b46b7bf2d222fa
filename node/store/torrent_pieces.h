// Reads one shared file from end to end and gives the SHA-1 of each of its pieces, or compares
// them: what a v1 torrent says of it. Memory is bounded by one read buffer and 20 bytes a piece.
#pragma once

#include <cstdint>
#include <stop_token>

#include "node/base/bytes.h"
#include "node/base/result.h"
#include "node/store/types.h"

namespace freshet::store {

/// Errors as of hash_file(). REQUIRES: piece_length > 0.
Result<Bytes> torrent_pieces(const FileRef& file,
                             std::uint32_t piece_length,
                             const std::stop_token& stop = {});

/// Whether the file's pieces have these SHA-1s, one behind the other; reads no further than the
/// first that has not. REQUIRES: piece_length > 0. Errors as of hash_file().
Result<bool> has_torrent_pieces(const FileRef& file,
                                std::uint32_t piece_length,
                                ByteView pieces,
                                const std::stop_token& stop = {});

}  // namespace freshet::store
