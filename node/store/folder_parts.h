// Files one behind the other, read as one stream: what a folder's bundle and a folder's torrent are
// made of. Between two there may be a gap, which is read as zeros. Blocking where it reads.
#pragma once

#include <cstdint>
#include <span>
#include <stop_token>
#include <vector>

#include "node/base/result.h"
#include "node/store/file_source.h"
#include "node/store/types.h"

namespace freshet::store {

struct FolderPart {
  FileRef file;
  std::uint64_t offset = 0;  ///< in the stream
};
/// In order; none is empty.
using FolderParts = std::vector<FolderPart>;

std::uint64_t size_of(const FolderParts& parts);
/// Errors: as FileSource::read().
Status read_parts(FileSource& source,
                  const FolderParts& parts,
                  std::uint64_t offset,
                  std::span<Byte> out);
/// The stream's id and piece layer. REQUIRES: no gap. Errors: as hash_file().
Result<ContentInfo> hash_parts(const FolderParts& parts, const std::stop_token& stop);
/// The SHA-1 of each of its pieces, one behind the other. REQUIRES: piece_length > 0. Errors: as
/// hash_file().
Result<Bytes> torrent_pieces(const FolderParts& parts,
                             std::uint32_t piece_length,
                             const std::stop_token& stop);

}  // namespace freshet::store
